package guard

import (
	"context"
	"errors"
	"slices"
	"time"
)

// decide makes a decision. op says whether to count.
func (g *Guard) decide(ctx context.Context, send Send, op Op) (Decision, error) {
	send = fill(ctx, send)
	if !send.Client.IsValid() && !send.NoClient {
		return Decision{}, ErrNoClient
	}
	t, ok := parse(send)
	if !ok {
		return refuse(ReasonInvalidAddress, ""), nil
	}
	if t.phone && send.Address != "" && !g.allowed(t.country) {
		return refuse(ReasonCountryRefused, t.country), nil
	}
	subjects := g.subjects(t)
	result, store, err := g.do(ctx, Step{Op: op}, counters(subjects))
	switch {
	case errors.Is(err, errFull):
		return Decision{Verdict: Wait, Wait: fullWait, Reason: ReasonFull, Country: t.country, Message: messages[ReasonFull]}, nil
	case err != nil && ctx.Err() == nil && g.cfg.StoreDown == FailOpen:
		return Decision{Verdict: Allow, Reason: ReasonStoreDown, Country: t.country}, nil
	case err != nil:
		return Decision{Reason: ReasonStoreDown}, err
	}
	d := judge(subjects, result.Tallies)
	d.Country = t.country
	if op == OpLook {
		if d.Reason == "" {
			d.Verdict = Allow
		}
		return d, nil
	}
	if result.Taken {
		d = Decision{Verdict: Allow, Country: t.country, receipt: receipt{store, result.At, revocable(subjects)}}
	}
	g.watch(ctx, subjects, result.Tallies, !result.Taken)
	return d, nil
}

// fullWait is the wait while the memory is full.
const fullWait = time.Minute

func refuse(reason Reason, country string) Decision {
	return Decision{Verdict: Refuse, Reason: reason, Country: country, Message: messages[reason]}
}

// allowed reports whether codes are sent to phones of a country.
func (g *Guard) allowed(country string) bool {
	if len(g.cfg.AllowCountries) > 0 {
		return slices.Contains(g.cfg.AllowCountries, country)
	}
	return country != "" && country != International && !slices.Contains(g.cfg.RefuseCountries, country)
}

// judge returns the decision of the limit with the longest wait.
func judge(subjects []subject, tallies []Tally) Decision {
	var d Decision
	for _, s := range subjects {
		for i, l := range s.Limits {
			if wait := tallies[i].Wait; wait > d.Wait {
				d = Decision{Verdict: Wait, Wait: wait, Reason: s.reason, Limit: l, Message: messages[s.reason]}
			}
		}
		tallies = tallies[len(s.Limits):]
	}
	return d
}

// trying is how long an unsent code still counts for its client.
const trying = time.Hour

// revocable returns the counters that an unsent code is removed from.
func revocable(subjects []subject) []Counter {
	list := make([]Counter, 0, len(subjects))
	for _, s := range subjects {
		c := s.Counter
		if s.reason == ReasonClient || s.reason == ReasonNetwork {
			c.Limits = slices.DeleteFunc(slices.Clone(c.Limits), func(l Limit) bool { return l.Within <= trying })
		}
		if len(c.Limits) > 0 {
			list = append(list, c)
		}
	}
	return list
}

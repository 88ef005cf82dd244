package stytchtest

import (
	"bytes"
	"crypto/rand"
	"reflect"
	"slices"
	"strings"
	"time"
)

// eventSource is what changed an object.
type eventSource string

const (
	direct    eventSource = "DIRECT"    // a call of the API
	dashboard eventSource = "DASHBOARD" // a test, or the control API: what people do in the dashboard
	byScim    eventSource = "SCIM"
)

// eventObject is a type of object, and what can change it.
type eventObject struct {
	name, vertical string
	sources        []eventSource
}

// eventObjects are the objects that the service sends events about. The events of
// a user in the dashboard are published one by one, most of the others only as a
// rule. The names of the connections are likely, and those of groups differ
// between the pages of the service. There are no events about other objects.
var eventObjects = []eventObject{
	{"user", "CONSUMER", []eventSource{dashboard, direct}},
	{"organization", "B2B", []eventSource{dashboard, direct}},
	{"member", "B2B", []eventSource{dashboard, direct, byScim}},
	{"saml_connection", "B2B", []eventSource{dashboard, direct}},
	{"oidc_connection", "B2B", []eventSource{dashboard, direct}},
	{"scim_connection", "B2B", []eventSource{dashboard, direct}},
	{"scim_group", "B2B", []eventSource{byScim}},
}

// eventActions are what can happen to an object.
var eventActions = []string{"CREATE", "UPDATE", "DELETE"}

// watched has a line for each table whose changes are events. It says how the API
// shows a record. The object is nil while the API shows it no more.
func (p *Project) watched() []watcher {
	return []watcher{
		watching(&p.state.Users, func(u *user, now time.Time) shown { return shown{"user", u.Profile.UserID, u.profile(now)} }),
		watching(&p.state.Organizations, func(o *organization, _ time.Time) shown {
			return shown{"organization", o.Profile.OrganizationID, o.Profile}
		}),
		watching(&p.state.Members, func(m *member, now time.Time) shown {
			if m.deleted() {
				return shown{"member", m.Profile.MemberID, nil}
			}
			return shown{"member", m.Profile.MemberID, m.profile(now)}
		}),
		watching(&p.state.Connections, func(c *connection, _ time.Time) shown {
			switch {
			case c.SAML != nil:
				return shown{"saml_connection", c.id(), p.saml(c)}
			case c.OIDC != nil:
				return shown{"oidc_connection", c.id(), p.oidc(c)}
			}
			return shown{"external_connection", c.id(), c.External}
		}),
		watching(&p.state.SCIMConnections, func(c *scimConnection, _ time.Time) shown {
			return shown{"scim_connection", c.Profile.ConnectionID, c.profile()}
		}),
	}
}

// shown is an object as the API shows it.
type shown struct {
	kind, id string
	object   any
}

// WebhookEventTypes returns the types of events that a [WebhookEndpoint] can get, such as
// "direct.user.create".
func WebhookEventTypes() []string {
	var types []string
	for _, object := range eventObjects {
		for _, source := range object.sources {
			for _, action := range eventActions {
				types = append(types, eventType(source, object.name, action))
			}
		}
	}
	return types
}

func eventType(source eventSource, object, action string) string {
	return strings.ToLower(string(source) + "." + object + "." + action)
}

// watcher turns the changes of a table into events.
type watcher struct {
	begin func(now time.Time)
	// end returns the changes since begin.
	end func() []change
}

// change is what a call did to an object.
type change struct {
	object, action, id string
	content            []byte // nil after a deletion
}

// watching returns the watcher of a table.
func watching[T any, R record[T]](t *table[T, R], show func(R, time.Time) shown) watcher {
	return watcher{
		begin: func(now time.Time) {
			t.watch = &watch[T, R]{at: map[R]int{}, show: func(r R) change {
				s := show(r, now)
				c := change{object: s.kind, id: s.id}
				if s.object != nil {
					v := reflect.New(reflect.TypeOf(s.object)).Elem()
					v.Set(reflect.ValueOf(s.object))
					fillLists(v)
					c.content = encode(v.Interface())
				}
				return c
			}}
		},
		end: func() []change {
			found := t.watch.changes()
			t.watch = nil
			return found
		},
	}
}

// watch notes the records that a call adds, may change, or removes. It does not
// notice a change of a record that only all returned. A nil watch notes nothing.
type watch[T any, R record[T]] struct {
	show  func(R) change
	noted []noted[T, R]
	at    map[R]int // where a record is in noted
}

// noted is a record, and how it was before the call.
type noted[T any, R record[T]] struct {
	record  R
	added   bool
	removed bool
	before  change // without an action
}

func (w *watch[T, R]) added(r R) {
	if w != nil {
		w.at[r] = len(w.noted)
		w.noted = append(w.noted, noted[T, R]{record: r, added: true})
	}
}

func (w *watch[T, R]) lent(r R) {
	if w == nil {
		return
	}
	if _, there := w.at[r]; !there {
		w.at[r] = len(w.noted)
		w.noted = append(w.noted, noted[T, R]{record: r, before: w.show(r)})
	}
}

func (w *watch[T, R]) removed(r R) {
	if w != nil {
		w.lent(r)
		w.noted[w.at[r]].removed = true
	}
}

// changes compares the noted records with how they were before.
func (w *watch[T, R]) changes() []change {
	var found []change
	for _, n := range w.noted {
		now := change{object: n.before.object, id: n.before.id}
		if !n.removed {
			now = w.show(n.record)
		}
		switch {
		case now.content == nil && n.before.content == nil:
			continue
		case now.content == nil:
			now.action = "DELETE"
		case n.added:
			now.action = "CREATE"
		case !bytes.Equal(now.content, n.before.content): // or a deleted member who is active again
			now.action = "UPDATE"
		default:
			continue
		}
		found = append(found, now)
	}
	return found
}

// watch begins to note changes. The result ends that, and sends the events.
func (p *Project) watch(source eventSource) (end func()) {
	if !p.webhooks.wanted() {
		return func() {}
	}
	watchers := p.watched()
	now := p.webhooks.clock().Now()
	for _, w := range watchers {
		w.begin(now)
	}
	return func() {
		for _, w := range watchers {
			for _, c := range w.end() {
				p.webhooks.send(source, c)
			}
		}
	}
}

// event returns the body of a webhook, or false if the service sends no event of the type.
func (p *Project) event(source eventSource, c change) (payload string, ok bool) {
	i := slices.IndexFunc(eventObjects, func(o eventObject) bool { return o.name == c.object })
	if i < 0 || !slices.Contains(eventObjects[i].sources, source) {
		return "", false
	}
	body := encode(struct {
		ProjectID  string      `json:"project_id"`
		EventID    string      `json:"event_id"`
		Action     string      `json:"action"`
		ObjectType string      `json:"object_type"`
		Source     eventSource `json:"source"`
		ID         string      `json:"id"`
		Timestamp  string      `json:"timestamp"`
		Vertical   string      `json:"vertical"`
	}{
		p.ID, newID("webhook-event"), c.action, c.object, source, c.id, p.webhooks.clock().exact().Format("2006-01-02T15:04:05.000000Z"), eventObjects[i].vertical,
	})
	if c.content != nil {
		body = slices.Concat(body[:len(body)-1], []byte(`,"`+c.object+`":`), c.content, []byte("}"))
	}
	return string(body), true
}

// newMessageID returns an ID like those of Svix.
func newMessageID(kind string) string { return kind + "_" + rand.Text() }

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func (c *control) updateUser(w http.ResponseWriter, r *http.Request) error {
	return replace(c, w, r, "user_id", c.srv.UpdateUser)
}

func (c *control) updateOrganization(w http.ResponseWriter, r *http.Request) error {
	return replace(c, w, r, "organization_id", c.srv.UpdateOrganization)
}

func (c *control) updateMember(w http.ResponseWriter, r *http.Request) error {
	return replace(c, w, r, "member_id", c.srv.UpdateMember)
}

// replace replaces fields of an object by those of the body.
func replace[T any](c *control, w http.ResponseWriter, r *http.Request, id string, change func(string, func(*T)) error) error {
	var fields map[string]any
	if err := decode(r, &fields); err != nil {
		return err
	}
	var unfit error
	err := change(r.PathValue(id), func(object *T) {
		var changed T
		if changed, unfit = replaced(*object, fields); unfit == nil {
			*object = changed
		}
	})
	if unfit != nil {
		return unfit
	}
	return c.changed(w, err)
}

// replaced returns an object with other values of some fields.
func replaced[T any](object T, fields map[string]any) (T, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(encode(object), &all); err != nil {
		return object, err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if _, known := all[name]; !known {
			return object, fmt.Errorf("%s: there is no such field; the fields are %v", name, slices.Sorted(maps.Keys(all)))
		}
		all[name] = encode(fields[name])
	}
	var changed T
	err := json.Unmarshal(encode(all), &changed)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return object, fmt.Errorf("%s: want a value for %s, not a %s", wrong.Field, wrong.Type, wrong.Value)
	}
	return changed, err
}

func (c *control) deleteUser(w http.ResponseWriter, r *http.Request) error {
	return c.changed(w, c.srv.DeleteUser(r.PathValue("user_id")))
}

func (c *control) deleteOrganization(w http.ResponseWriter, r *http.Request) error {
	return c.changed(w, c.srv.DeleteOrganization(r.PathValue("organization_id")))
}

func (c *control) deleteMember(w http.ResponseWriter, r *http.Request) error {
	return c.changed(w, c.srv.DeleteMember(r.PathValue("member_id")))
}

func (c *control) revokeSession(w http.ResponseWriter, r *http.Request) error {
	return c.changed(w, c.srv.RevokeSession(r.PathValue("session_id")))
}

// changed answers a change that has no result.
func (c *control) changed(w http.ResponseWriter, err error) error {
	if err != nil {
		return callFailure(err)
	}
	return c.done(w, false)
}

// created answers with what was added.
func (c *control) created(w http.ResponseWriter, added any, err error) error {
	if err != nil {
		return callFailure(err)
	}
	return c.doneWith(w, http.StatusCreated, added)
}

// callFailure gives the error of a call of the API its status.
func callFailure(err error) error {
	if refused, ok := errors.AsType[*stytch.Error](err); ok {
		return &failure{refused.StatusCode, &callError{refused}}
	}
	return err
}

func (c *control) setPassword(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		ID       string `json:"id"`
		Password string `json:"password"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	return c.changed(w, c.srv.SetPassword(request.ID, request.Password))
}

func (c *control) impersonate(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		ID    string `json:"id"`
		Email string `json:"impersonator_email_address"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	begun, err := c.srv.Impersonate(request.ID, request.Email)
	return c.created(w, begun, err)
}

func (c *control) addConsent(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		ID  string                  `json:"id"`
		App stytch.UserConnectedApp `json:"connected_app"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	return c.changed(w, c.srv.AddConsent(request.ID, request.App))
}

func (c *control) addFingerprint(w http.ResponseWriter, r *http.Request) error {
	var f stytchtest.Fingerprint
	if err := decode(r, &f); err != nil {
		return err
	}
	added, err := c.srv.AddFingerprint(f)
	return c.created(w, added, err)
}

func (c *control) setEmailRisk(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Address string             `json:"email_address"`
		Action  stytch.FraudAction `json:"action"`
		Score   int                `json:"risk_score"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	c.srv.SetEmailRisk(request.Address, request.Action, request.Score)
	return c.changed(w, nil)
}

func (c *control) setTrustedTokenProfiles(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Profiles []stytchtest.TrustedTokenProfile `json:"profiles"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	profiles, err := c.srv.SetTrustedTokenProfiles(request.Profiles...)
	if err != nil {
		return err
	}
	return c.doneWith(w, http.StatusOK, map[string]any{"profiles": profiles})
}

func (c *control) setUserInfoURL(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		URL string `json:"url"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	return c.changed(w, c.srv.SetUserInfoURL(request.URL))
}

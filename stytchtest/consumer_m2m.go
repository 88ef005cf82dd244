package stytchtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// m2mClient is a client that a program fetches access tokens with.
type m2mClient struct {
	place
	rotation
	Profile   stytch.M2MClient `json:"profile"`
	CreatedAt time.Time        `json:"created_at"`
}

func (c *m2mClient) keys() []key { return []key{{byID, c.Profile.ClientID}} }

// profile returns the client as a response shows it.
func (c *m2mClient) profile() stytch.M2MClient {
	p := c.Profile
	p.ClientSecretLastFour, p.NextClientSecretLastFour = c.Secret.LastFour, c.Next.lastFour()
	return p
}

var m2mRotation = rotationErrors{"m2m_client_already_rotating_secret", "m2m_client_not_rotating_secret"}

// m2mClient returns the client that a call names.
func (r *run) m2mClient(id string) (*m2mClient, *apiError) {
	if c := r.project.state.M2MClients.find(byID, id); c != nil {
		return c, nil
	}
	return nil, fail("m2m_client_not_found")
}

// secretVariety is how many different characters a secret needs that an
// application chooses. The service's rule is not published.
const secretVariety = 4

func isVaried(secret string) bool {
	seen := map[rune]bool{}
	for _, c := range secret {
		seen[c] = true
	}
	return len(seen) >= secretVariety
}

func (r *run) m2mCreate(q stytch.M2MClientsCreateRequest) (stytch.M2MClientsCreateResponse, *apiError) {
	none := stytch.M2MClientsCreateResponse{}
	clients := &r.project.state.M2MClients
	id, secret := newID("m2m-client"), newToken()
	if q.ClientID != nil {
		if id = *q.ClientID; clients.find(byID, id) != nil {
			return none, fail("duplicate_m2m_client_id")
		}
	}
	if q.ClientSecret != nil {
		if secret = *q.ClientSecret; !isVaried(secret) {
			return none, fail("insecure_m2m_client_secret")
		}
	}
	c := &m2mClient{CreatedAt: r.now, rotation: rotation{Secret: newClientSecret(secret)}, Profile: stytch.M2MClient{
		ClientID: id, Status: stytch.M2MClientStatusActive,
	}}
	if err := c.change(stytch.M2MClientsUpdateRequest{
		ClientName: q.ClientName, ClientDescription: q.ClientDescription, Scopes: q.Scopes, TrustedMetadata: q.TrustedMetadata,
	}); err != nil {
		return none, err
	}
	clients.add(c)
	r.status = http.StatusCreated
	created := as[stytch.M2MClientWithClientSecret](c.profile())
	created.ClientSecret = secret
	return stytch.M2MClientsCreateResponse{M2MClient: created}, nil
}

// change sets the fields that are given. After an error the client is as before.
func (c *m2mClient) change(q stytch.M2MClientsUpdateRequest) *apiError {
	p := c.Profile
	set(&p.ClientName, q.ClientName)
	set(&p.ClientDescription, q.ClientDescription)
	set(&p.Status, q.Status)
	setList(&p.Scopes, q.Scopes)
	for _, scope := range q.Scopes {
		if scope == "" || strings.ContainsAny(scope, " \t\r\n") {
			return failf("invalid_m2m_client_scope", "scopes: a scope is empty or contains a space")
		}
	}
	if q.TrustedMetadata != nil {
		var err *apiError
		if p.TrustedMetadata, err = mergeMetadata(p.TrustedMetadata, q.TrustedMetadata); err != nil {
			return err
		}
	}
	c.Profile = p
	return nil
}

func (r *run) m2mGet(q stytch.M2MClientsGetRequest) (stytch.M2MClientsGetResponse, *apiError) {
	c, err := r.m2mClient(q.ClientID)
	if err != nil {
		return stytch.M2MClientsGetResponse{}, err
	}
	return stytch.M2MClientsGetResponse{M2MClient: c.profile()}, nil
}

func (r *run) m2mUpdate(q stytch.M2MClientsUpdateRequest) (stytch.M2MClientsUpdateResponse, *apiError) {
	c, err := r.m2mClient(q.ClientID)
	if err == nil {
		err = c.change(q)
	}
	if err != nil {
		return stytch.M2MClientsUpdateResponse{}, err
	}
	return stytch.M2MClientsUpdateResponse{M2MClient: c.profile()}, nil
}

func (r *run) m2mDelete(q stytch.M2MClientsDeleteRequest) (stytch.M2MClientsDeleteResponse, *apiError) {
	c, err := r.m2mClient(q.ClientID)
	if err != nil {
		return stytch.M2MClientsDeleteResponse{}, err
	}
	r.project.state.M2MClients.remove(c)
	return stytch.M2MClientsDeleteResponse{ClientID: q.ClientID}, nil
}

// m2mSearch has the filters of m2m.clients.search.
var m2mSearch = &search[*m2mClient]{errors: "m2m_search_", list: "expected_array_of_strings", filters: map[string]filter[*m2mClient]{
	"client_id":   anyOf("filter_value", func(c *m2mClient) []string { return []string{c.Profile.ClientID} }),
	"client_name": anyOf("filter_value", func(c *m2mClient) []string { return []string{c.Profile.ClientName} }),
	"scopes":      anyOf("filter_value", func(c *m2mClient) []string { return c.Profile.Scopes }),
}}

func (r *run) m2mSearch(q searchRequest) (stytch.M2MClientsSearchResponse, *apiError) {
	none := stytch.M2MClientsSearchResponse{}
	matches, err := m2mSearch.query(q.Query)
	if err != nil {
		return none, err
	}
	var found []*m2mClient
	for c := range r.project.state.M2MClients.all() {
		if matches(c) {
			found = append(found, c)
		}
	}
	found, metadata, ok := pageOf(q, found, func(c *m2mClient) position { return position{c.CreatedAt, c.Profile.ClientID} })
	if !ok {
		return none, fail("user_search_invalid_cursor") // of every search
	}
	return stytch.M2MClientsSearchResponse{M2MClients: each(found, (*m2mClient).profile), ResultsMetadata: metadata}, nil
}

func (r *run) m2mRotateStart(q stytch.M2MClientsSecretsRotateStartRequest) (stytch.M2MClientsSecretsRotateStartResponse, *apiError) {
	none := stytch.M2MClientsSecretsRotateStartResponse{}
	c, err := r.m2mClient(q.ClientID)
	if err != nil {
		return none, err
	}
	secret, err := c.start(m2mRotation)
	if err != nil {
		return none, err
	}
	started := as[stytch.M2MClientWithNextClientSecret](c.profile())
	started.NextClientSecret = secret
	return stytch.M2MClientsSecretsRotateStartResponse{M2MClient: started}, nil
}

func (r *run) m2mRotate(q stytch.M2MClientsSecretsRotateRequest) (stytch.M2MClientsSecretsRotateResponse, *apiError) {
	c, err := r.m2mClient(q.ClientID)
	if err == nil {
		err = c.complete(m2mRotation)
	}
	if err != nil {
		return stytch.M2MClientsSecretsRotateResponse{}, err
	}
	return stytch.M2MClientsSecretsRotateResponse{M2MClient: c.profile()}, nil
}

func (r *run) m2mRotateCancel(q stytch.M2MClientsSecretsRotateCancelRequest) (stytch.M2MClientsSecretsRotateCancelResponse, *apiError) {
	c, err := r.m2mClient(q.ClientID)
	if err == nil {
		err = c.cancel(m2mRotation)
	}
	if err != nil {
		return stytch.M2MClientsSecretsRotateCancelResponse{}, err
	}
	return stytch.M2MClientsSecretsRotateCancelResponse{M2MClient: c.profile()}, nil
}

// m2mTokenLife is how long an access token is valid.
const m2mTokenLife = time.Hour

// m2mToken issues an access token to a client that proves its secret.
func (r *run) m2mToken(q stytch.M2MTokenRequest) (stytch.M2MTokenResponse, *apiError) {
	none := stytch.M2MTokenResponse{}
	c := r.project.state.M2MClients.find(byID, q.ClientID)
	if c == nil || !c.accepts(q.ClientSecret) {
		return none, fail("invalid_client")
	}
	if c.Profile.Status != stytch.M2MClientStatusActive {
		return none, failf("unauthorized_client", "the client is %s", c.Profile.Status)
	}
	scopes := c.Profile.Scopes
	if asked := strings.Fields(text(q.Scope)); len(asked) > 0 {
		scopes = asked
		for _, scope := range asked {
			if !slices.Contains(c.Profile.Scopes, scope) {
				return none, failf("invalid_scope", "the client does not have the scope %q", scope)
			}
		}
	}
	token := r.project.sign(map[string]any{"scope": strings.Join(scopes, " ")}, c.Profile.ClientID, r.now, m2mTokenLife)
	return stytch.M2MTokenResponse{AccessToken: token, TokenType: "bearer", ExpiresIn: int(m2mTokenLife / time.Second)}, nil
}

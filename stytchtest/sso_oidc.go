package stytchtest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/stytchgen/sdk/b2b"
)

// maxClientSecret is a guess, in bytes: the service refuses secrets that are too long.
const maxClientSecret = 4096

func (r *run) oidcCreate(q b2b.SSOOIDCCreateConnectionRequest) (b2b.SSOOIDCCreateConnectionResponse, *apiError) {
	none := b2b.SSOOIDCCreateConnectionResponse{}
	o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "create")
	if err != nil {
		return none, err
	}
	c := &connection{OIDC: &b2b.OIDCConnection{
		OrganizationID: o.Profile.OrganizationID, ConnectionID: newID("oidc-connection"), Status: b2b.SSOConnectionStatusPending,
		DisplayName: text(q.DisplayName), IdentityProvider: b2b.SSOIdentityProviderGeneric,
	}}
	set(&c.OIDC.IdentityProvider, q.IdentityProvider)
	r.project.connect(o, c)
	return b2b.SSOOIDCCreateConnectionResponse{Connection: r.project.oidc(c)}, nil
}

func (r *run) oidcUpdate(q b2b.SSOOIDCUpdateConnectionRequest) (b2b.SSOOIDCUpdateConnectionResponse, *apiError) {
	none := b2b.SSOOIDCUpdateConnectionResponse{}
	find := func() (*organization, *connection, *apiError) {
		o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "update")
		if err != nil {
			return nil, nil, err
		}
		c := r.project.state.connectionOf(o, q.ConnectionID)
		if c == nil || c.OIDC == nil {
			return nil, nil, fail("oidc_connection_not_found")
		}
		return o, c, checkOIDC(*c.OIDC, q)
	}
	o, c, err := find()
	if err != nil {
		return none, err
	}
	warning := ""
	if q.Issuer != nil && *q.Issuer != c.OIDC.Issuer {
		warning = r.discoverOIDC(&q)
		if o, c, err = find(); err != nil { // another call may have changed it meanwhile
			return none, err
		}
	}
	set(&c.OIDC.DisplayName, q.DisplayName)
	set(&c.OIDC.ClientID, q.ClientID)
	set(&c.OIDC.ClientSecret, q.ClientSecret)
	set(&c.OIDC.Issuer, q.Issuer)
	set(&c.OIDC.AuthorizationURL, q.AuthorizationURL)
	set(&c.OIDC.TokenURL, q.TokenURL)
	set(&c.OIDC.UserInfoURL, q.UserInfoURL)
	set(&c.OIDC.JWKSURL, q.JWKSURL)
	set(&c.OIDC.IdentityProvider, q.IdentityProvider)
	set(&c.OIDC.CustomScopes, q.CustomScopes)
	if q.AttributeMapping != nil {
		c.OIDC.AttributeMapping = q.AttributeMapping
	}
	c.activate()
	r.project.listActive(o, c)
	return b2b.SSOOIDCUpdateConnectionResponse{Connection: r.project.oidc(c), Warning: &warning}, nil
}

// checkOIDC refuses to empty or to break what an OIDC connection needs.
func checkOIDC(have b2b.OIDCConnection, q b2b.SSOOIDCUpdateConnectionRequest) *apiError {
	for _, field := range []struct {
		have  string
		given *string
		name  string // of the error types
		isURL bool
	}{
		{have.Issuer, q.Issuer, "issuer", true},
		{have.ClientID, q.ClientID, "client_id", false},
		{have.ClientSecret, q.ClientSecret, "client_secret", false},
		{have.AuthorizationURL, q.AuthorizationURL, "authorization_url", true},
		{have.TokenURL, q.TokenURL, "token_url", true},
		{have.UserInfoURL, q.UserInfoURL, "userinfo_url", true},
		{have.JWKSURL, q.JWKSURL, "jwks_url", true},
	} {
		switch {
		case field.given == nil:
		case *field.given == "" && field.name == "userinfo_url":
		case *field.given == "" && field.have != "":
			return fail("oidc_connection_" + field.name + "_required")
		case *field.given != "" && field.isURL:
			if _, secure := providerAddress(*field.given); !secure {
				name := field.name
				if name == "issuer" {
					name = "issuer_url"
				}
				return failf("oidc_connection_"+name+"_invalid_format", "%s: %q is not an https URL; http works on this machine only", field.name, *field.given)
			}
		}
	}
	if len(text(q.ClientSecret)) > maxClientSecret {
		return failf("client_secret_too_long", "client_secret: %d bytes, and %d are allowed", len(*q.ClientSecret), maxClientSecret)
	}
	return nil
}

// discoverOIDC sets the URLs that a request does not have, from the discovery document
// of its issuer. It returns why that failed, for people.
func (r *run) discoverOIDC(q *b2b.SSOOIDCUpdateConnectionRequest) (warning string) {
	if *q.Issuer == "" {
		return ""
	}
	if emulatedProvider(*q.Issuer) {
		return fmt.Sprintf("%s is a name for examples, so the emulator does not read its discovery document", *q.Issuer)
	}
	var found struct {
		Authorization string `json:"authorization_endpoint"`
		Token         string `json:"token_endpoint"`
		UserInfo      string `json:"userinfo_endpoint"`
		JWKS          string `json:"jwks_uri"`
	}
	var err error
	r.unlocked(func(ctx context.Context) {
		var provider *oidc.Provider
		if provider, err = oidc.NewProvider(ctx, *q.Issuer); err == nil {
			err = provider.Claims(&found)
		}
	})
	if err != nil { // err can contain what the address returned
		return fmt.Sprintf("the discovery document of %s could not be read, or names another issuer", *q.Issuer)
	}
	for _, field := range []struct {
		given **string
		found *string
	}{{&q.AuthorizationURL, &found.Authorization}, {&q.TokenURL, &found.Token}, {&q.UserInfoURL, &found.UserInfo}, {&q.JWKSURL, &found.JWKS}} {
		if *field.given != nil || *field.found == "" {
			continue
		}
		if _, secure := providerAddress(*field.found); secure {
			*field.given = field.found
		} else {
			warning = fmt.Sprintf("the discovery document of %s has an address that is not https", *q.Issuer)
		}
	}
	return warning
}

// activate makes a complete connection active. It stays active from then on.
func (c *connection) activate() {
	switch {
	case c.OIDC != nil:
		o := c.OIDC
		for _, needed := range []string{o.Issuer, o.ClientID, o.ClientSecret, o.AuthorizationURL, o.TokenURL, o.UserInfoURL, o.JWKSURL} {
			if needed == "" {
				return
			}
		}
		o.Status = b2b.SSOConnectionStatusActive
	case c.SAML != nil:
		if s := c.SAML; s.IDPSSOURL != "" && s.IDPEntityID != "" && len(s.VerificationCertificates) > 0 && s.AttributeMapping != nil {
			s.Status = b2b.SSOConnectionStatusActive
		}
	}
}

// providerTimeout limits the requests to an identity provider in one call.
const providerTimeout = 10 * time.Second

// unlocked makes requests to an identity provider without the lock of the project, so
// that other calls go on. Records have to be looked up again after it.
func (r *run) unlocked(do func(ctx context.Context)) {
	r.unlock()
	defer r.lock()
	ctx, cancel := outgoing()
	defer cancel()
	do(ctx)
}

// outgoing returns the context of requests to an identity provider.
func outgoing() (context.Context, context.CancelFunc) {
	client := &http.Client{Transport: limitedBodies{http.DefaultTransport}}
	return context.WithTimeout(oidc.ClientContext(context.Background(), client), providerTimeout)
}

// limitedBodies limits the size of responses.
type limitedBodies struct{ http.RoundTripper }

func (l limitedBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxBody)
	}
	return resp, err
}

package stytchtest

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytch"
)

// The wallet of the sandbox, whose signature always authenticates.
const (
	SandboxWallet          = "0x6df2dB4Fb3DA35d241901Bd53367770BF03123f1"
	SandboxWalletSignature = "0x0c4f82edc3c818b6beff4b89e0682994e5878074609903cecdfb"
)

// walletOwner returns the user who has a wallet and its index in the profile.
func (r *run) walletOwner(w wallet) (*user, int) {
	want := walletKey(string(w.kind), w.address)
	u := r.project.state.Users.find(byWallet, want)
	if u == nil {
		return nil, 0
	}
	return u, slices.IndexFunc(u.Profile.CryptoWallets, func(c stytch.CryptoWallet) bool {
		return walletKey(c.CryptoWalletType, c.CryptoWalletAddress) == want
	})
}

// addWallet gives a user a wallet that they have not proved.
func (u *user) addWallet(w wallet) int {
	u.Profile.CryptoWallets = append(slices.Clone(u.Profile.CryptoWallets), stytch.CryptoWallet{
		CryptoWalletID: newID(cryptoWallets.prefix), CryptoWalletAddress: w.address, CryptoWalletType: string(w.kind),
	})
	return len(u.Profile.CryptoWallets) - 1
}

// walletFor returns the user that a challenge is for and the index of the wallet: the
// owner, or the user whom the request names and who gets the wallet, or a new user.
func (r *run) walletFor(w wallet, to adding) (u *user, i int, created bool, err *apiError) {
	owner, i := r.walletOwner(w)
	if to == (adding{}) {
		if owner == nil {
			owner = r.newUser(nil)
			i, created = owner.addWallet(w), true
			r.project.state.Users.add(owner)
		}
		return owner, i, created, nil
	}
	u, err = r.named(to)
	switch {
	case err != nil:
		return nil, 0, false, err
	case owner != nil && owner != u:
		return nil, 0, false, fail("duplicate_wallet_address")
	case owner != nil && to.userID != nil && u.Profile.CryptoWallets[i].Verified: // a session may use it as another factor
		return nil, 0, false, fail("duplicate_wallet_address_for_user")
	case owner != nil:
		return u, i, false, nil
	}
	unverified := 0
	for _, have := range u.Profile.CryptoWallets {
		if !have.Verified {
			unverified++
		}
	}
	if unverified >= r.project.server.limits.UnverifiedFactors {
		return nil, 0, false, fail("too_many_unverified_factors")
	}
	return u, u.addWallet(w), false, nil
}

func (r *run) walletStart(q stytch.CryptoWalletsAuthenticateStartRequest) (stytch.CryptoWalletsAuthenticateStartResponse, *apiError) {
	none := stytch.CryptoWalletsAuthenticateStartResponse{}
	w, err := newWallet(q.CryptoWalletType, q.CryptoWalletAddress)
	if err != nil {
		return none, err
	}
	if q.SIWEParams != nil {
		if w.kind != stytch.CryptoWalletTypeEthereum {
			return none, fail("crypto_wallet_type_incompatible_with_siwe")
		}
		if err := checkSIWE(q.SIWEParams); err != nil {
			return none, err
		}
	}
	u, i, created, err := r.walletFor(w, adding{q.UserID, q.SessionToken, q.SessionJWT})
	if err != nil {
		return none, err
	}
	c := &walletChallenge{WalletID: u.Profile.CryptoWallets[i].CryptoWalletID, ExpiresAt: r.now.Add(walletLife)}
	if q.SIWEParams == nil {
		var random [60]byte
		_, _ = rand.Read(random[:]) // never fails
		c.Text = "Signing in with " + emulatorName + ": " + base64.RawURLEncoding.EncodeToString(random[:])
	} else {
		siwe := *q.SIWEParams
		if siwe.IssuedAt == nil {
			siwe.IssuedAt = new(r.now)
		}
		if siwe.NotBefore == nil {
			siwe.NotBefore = new(r.now)
		}
		c.SIWE, c.Text = &siwe, siweMessage(w, &siwe, rand.Text(), c.ExpiresAt)
	}
	u.dropChallenge(c.WalletID)
	u.WalletChallenges = append(u.WalletChallenges, c)
	return stytch.CryptoWalletsAuthenticateStartResponse{UserID: u.Profile.UserID, Challenge: c.Text, UserCreated: created}, nil
}

// dropChallenge forgets the challenge of a wallet.
func (u *user) dropChallenge(walletID string) {
	drop(&u.WalletChallenges, func(c *walletChallenge) bool { return c.WalletID == walletID })
}

// walletChallenge returns the challenge that a wallet can answer now.
func (r *run) walletChallenge(u *user, walletID string) (*walletChallenge, *apiError) {
	i := slices.IndexFunc(u.WalletChallenges, func(c *walletChallenge) bool { return c.WalletID == walletID })
	if i < 0 {
		return nil, failf("unable_to_authenticate_crypto_wallet", "no challenge waits for the wallet; authenticate_start makes one")
	}
	c := u.WalletChallenges[i]
	switch {
	case c.SIWE != nil && !r.now.Before(c.ExpiresAt):
		return nil, fail("siwe_message_expired")
	case !r.now.Before(c.ExpiresAt):
		return nil, failf("unable_to_authenticate_crypto_wallet", "the challenge has expired; authenticate_start makes another one")
	case c.SIWE != nil && r.now.Before(*c.SIWE.NotBefore):
		return nil, fail("siwe_message_not_valid_yet")
	}
	return c, nil
}

func (r *run) walletAuthenticate(q stytch.CryptoWalletsAuthenticateRequest) (stytch.CryptoWalletsAuthenticateResponse, *apiError) {
	none := stytch.CryptoWalletsAuthenticateResponse{}
	w, err := newWallet(q.CryptoWalletType, q.CryptoWalletAddress)
	if err != nil {
		return none, err
	}
	sandbox := strings.EqualFold(q.CryptoWalletAddress, SandboxWallet) && q.Signature == SandboxWalletSignature
	u, i := r.walletOwner(w)
	if u == nil && sandbox { // the sandbox user always exists
		u, i, _, _ = r.walletFor(w, adding{})
	}
	switch {
	case u == nil:
		return none, fail("crypto_wallet_not_found")
	case u.locked(r.now):
		return none, fail("user_lock_limit_reached")
	}
	with := sessionArguments{token: q.SessionToken, jwt: q.SessionJWT, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	extended, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	made := u.Profile.CryptoWallets[i]
	c := &walletChallenge{}
	if !sandbox {
		if c, err = r.walletChallenge(u, made.CryptoWalletID); err != nil {
			return none, err
		}
		if err := w.verify(c.Text, q.Signature); err != nil {
			u.failed(r.now, r.project.server.limits)
			return none, err
		}
	}
	u.dropChallenge(made.CryptoWalletID)
	made.Verified = true
	u.Profile.CryptoWallets = slices.Clone(u.Profile.CryptoWallets)
	u.Profile.CryptoWallets[i] = made
	f := newFactor(stytch.AuthenticationFactorTypeCrypto, stytch.AuthenticationFactorDeliveryMethodCryptoWallet, r.now)
	f.CryptoWalletFactor = &stytch.CryptoWalletFactor{
		CryptoWalletID: made.CryptoWalletID, CryptoWalletAddress: made.CryptoWalletAddress, CryptoWalletType: made.CryptoWalletType,
	}
	in := r.logIn(u, extended, with, f)
	answer := stytch.CryptoWalletsAuthenticateResponse{
		UserID: u.Profile.UserID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}
	if s := c.SIWE; s != nil {
		answer.SIWEParams = &stytch.SIWEParamsResponse{
			Domain: s.Domain, URI: s.URI, ChainID: siweChain(s), Resources: s.Resources, StatusCode: r.status,
			IssuedAt: s.IssuedAt, MessageRequestID: s.MessageRequestID,
		}
	}
	return answer, nil
}

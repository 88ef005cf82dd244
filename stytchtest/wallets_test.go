package stytchtest_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/mr-tron/base58"
	"golang.org/x/crypto/sha3"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func keccak(data []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(data)
	return h.Sum(nil)
}

// ethereum is a wallet of Ethereum.
type ethereum struct{ key *secp256k1.PrivateKey }

func newEthereum(t *testing.T) ethereum {
	t.Helper()
	return ethereum{must(secp256k1.GeneratePrivateKey())(t)}
}

func (e ethereum) address() string {
	return "0x" + hex.EncodeToString(keccak(e.key.PubKey().SerializeUncompressed()[1:])[12:])
}

// sign is personal_sign.
func (e ethereum) sign(text string) []byte {
	compact := ecdsa.SignCompact(e.key, keccak(fmt.Appendf(nil, "\x19Ethereum Signed Message:\n%d%s", len(text), text)), false)
	return append(compact[1:], compact[0])
}

func hexadecimal(sig []byte) string { return "0x" + hex.EncodeToString(sig) }

func (w *world) walletStart(q stytch.CryptoWalletsAuthenticateStartRequest) (*stytch.CryptoWalletsAuthenticateStartResponse, error) {
	return w.client.CryptoWallets.AuthenticateStart(w.ctx, q)
}

func (w *world) walletLogin(kind stytch.CryptoWalletType, address, signature string) (*stytch.CryptoWalletsAuthenticateResponse, error) {
	return w.client.CryptoWallets.Authenticate(w.ctx, stytch.CryptoWalletsAuthenticateRequest{
		CryptoWalletType: kind, CryptoWalletAddress: address, Signature: signature, SessionDurationMinutes: new(60),
	})
}

func (w *world) ethereumStart(e ethereum, siwe *stytch.SIWEParams) *stytch.CryptoWalletsAuthenticateStartResponse {
	w.t.Helper()
	return must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{
		CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: e.address(), SIWEParams: siwe,
	}))(w.t)
}

func TestEthereumWallet(t *testing.T) {
	w, wallet := newWorld(t), newEthereum(t)
	started := w.ethereumStart(wallet, nil)
	if !started.UserCreated || !strings.HasPrefix(started.Challenge, "Signing in with ") {
		t.Errorf("challenge %q, created %v", started.Challenge, started.UserCreated)
	}
	in := must(w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign(started.Challenge))))(t)
	if in.UserID != started.UserID || len(in.User.CryptoWallets) != 1 || !in.User.CryptoWallets[0].Verified || in.SIWEParams != nil {
		t.Errorf("login %+v", in)
	}
	f := in.Session.AuthenticationFactors[0]
	if f.Type != stytch.AuthenticationFactorTypeCrypto || f.CryptoWalletFactor == nil || f.CryptoWalletFactor.CryptoWalletAddress != wallet.address() {
		t.Errorf("factor %+v", f)
	}
	// The address is the same in upper case, and so is the user. Wallets write the recovery id as 27, 28, 0 or 1.
	upper := "0x" + strings.ToUpper(wallet.address()[2:])
	again := must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: upper}))(t)
	if again.UserCreated || again.UserID != started.UserID || again.Challenge == started.Challenge {
		t.Errorf("second challenge %+v", again)
	}
	sig := wallet.sign(again.Challenge)
	sig[64] -= 27
	must(w.walletLogin(stytch.CryptoWalletTypeEthereum, upper, hexadecimal(sig)))(t)
}

// TestForgedWallets tries what attackers do with signatures.
func TestForgedWallets(t *testing.T) {
	w, wallet, other := newWorld(t), newEthereum(t), newEthereum(t)
	login := func(sig []byte) error {
		_, err := w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(sig))
		return err
	}
	wants(t, login(wallet.sign("x")), stytch.ErrCryptoWalletNotFound)
	challenge := w.ethereumStart(wallet, nil).Challenge
	good := wallet.sign(challenge)
	wants(t, login(other.sign(challenge)), stytch.ErrUnableToAuthenticateCryptoWallet)
	wants(t, login(wallet.sign(challenge+" ")), stytch.ErrUnableToAuthenticateCryptoWallet)
	wants(t, login(good[:64]), stytch.ErrSignatureIsIncorrectSize)
	wants(t, login(append([]byte{0}, good...)), stytch.ErrSignatureIsIncorrectSize)
	wants(t, login(make([]byte, 65)), stytch.ErrInvalidSignature)
	_, err := w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), "0xzz")
	wants(t, err, stytch.ErrInvalidSignature)
	_, err = w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hex.EncodeToString(good))
	wants(t, err, stytch.ErrInvalidSignature)
	// Reading these as base58 would take minutes.
	long := strings.Repeat("2", 1_000_000)
	_, err = w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeSolana, CryptoWalletAddress: long})
	wants(t, err, stytch.ErrInvalidSolanaAddress)
	address := base58.Encode(make([]byte, ed25519.PublicKeySize))
	must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeSolana, CryptoWalletAddress: address}))(t)
	_, err = w.walletLogin(stytch.CryptoWalletTypeSolana, address, long)
	wants(t, err, stytch.ErrSignatureIsIncorrectSize)

	// The other form of the same signature: n - s, with the other recovery id.
	twin := append([]byte{}, good...)
	s := new(big.Int).Sub(secp256k1.Params().N, new(big.Int).SetBytes(good[32:64]))
	s.FillBytes(twin[32:64])
	twin[64] = 27 + (good[64] - 27) ^ 1
	wants(t, login(twin), stytch.ErrInvalidSignature)
	wrongID := append([]byte{}, good...)
	wrongID[64] = 29
	wants(t, login(wrongID), stytch.ErrInvalidSignature)

	if err := login(good); err != nil {
		t.Fatal(err)
	}
	wants(t, login(good), stytch.ErrUnableToAuthenticateCryptoWallet) // the challenge is used up

	first := w.ethereumStart(wallet, nil).Challenge
	w.ethereumStart(wallet, nil)
	wants(t, login(wallet.sign(first)), stytch.ErrUnableToAuthenticateCryptoWallet) // the second replaced it

	late := w.ethereumStart(wallet, nil).Challenge
	w.Clock().Advance(5 * time.Minute)
	wants(t, login(wallet.sign(late)), stytch.ErrUnableToAuthenticateCryptoWallet)
}

// TestWalletsLock counts wrong signatures as failures of the user.
func TestWalletsLock(t *testing.T) {
	w, wallet := newWorld(t, stytchtest.WithLimits(stytchtest.Limits{Attempts: 2})), newEthereum(t)
	challenge := w.ethereumStart(wallet, nil).Challenge
	for range 2 {
		_, err := w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign("x")))
		wants(t, err, stytch.ErrUnableToAuthenticateCryptoWallet)
	}
	_, err := w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign(challenge)))
	wants(t, err, stytch.ErrUserLockLimitReached)
}

func TestSIWE(t *testing.T) {
	w, wallet := newWorld(t), newEthereum(t)
	now := w.Clock().Now().UTC()
	stamp := func(t time.Time) string { return t.Format(time.RFC3339) }
	params := stytch.SIWEParams{
		Domain: "example.com:8443", URI: "https://example.com:8443/login?x=1", Resources: []string{"https://example.com/terms", "ipfs://abc"},
		ChainID: new("137"), Statement: new("Log in to Example."), MessageRequestID: new("request-1"),
	}
	challenge := w.ethereumStart(wallet, &params).Challenge
	lines := strings.Split(challenge, "\n")
	nonce := strings.TrimPrefix(lines[8], "Nonce: ")
	want := []string{
		"example.com:8443 wants you to sign in with your Ethereum account:", lines[1], "", "Log in to Example.", "",
		"URI: https://example.com:8443/login?x=1", "Version: 1", "Chain ID: 137", "Nonce: " + nonce,
		"Issued At: " + stamp(now), "Expiration Time: " + stamp(now.Add(5*time.Minute)), "Not Before: " + stamp(now),
		"Request ID: request-1", "Resources:", "- https://example.com/terms", "- ipfs://abc",
	}
	if challenge != strings.Join(want, "\n") || !strings.EqualFold(lines[1], wallet.address()) || len(nonce) < 8 {
		t.Errorf("message\n%s", challenge)
	}
	in := must(w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign(challenge))))(t)
	if got := in.SIWEParams; got == nil || got.Domain != params.Domain || got.ChainID != "137" || len(got.Resources) != 2 || *got.MessageRequestID != "request-1" || !got.IssuedAt.Equal(now) {
		t.Errorf("parameters %+v", got)
	}

	login := func(text string) error {
		_, err := w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign(text)))
		return err
	}
	plain := w.ethereumStart(wallet, &stytch.SIWEParams{Domain: "example.com", URI: "https://example.com"}).Challenge
	if !strings.Contains(plain, "\n\n\nURI: https://example.com\n") || strings.Contains(plain, "Resources") {
		t.Errorf("message without a statement:\n%s", plain)
	}
	// A signature for another chain, or another site, is one of another text.
	wants(t, login(strings.Replace(plain, "Chain ID: 1\n", "Chain ID: 5\n", 1)), stytch.ErrUnableToAuthenticateCryptoWallet)
	wants(t, login(strings.Replace(plain, "example.com wants", "evil.test wants", 1)), stytch.ErrUnableToAuthenticateCryptoWallet)
	w.Clock().Advance(5 * time.Minute)
	wants(t, login(plain), stytch.ErrSIWEMessageExpired)
	early := w.ethereumStart(wallet, &stytch.SIWEParams{Domain: "example.com", URI: "https://example.com", NotBefore: new(w.Clock().Now().Add(time.Minute))}).Challenge
	wants(t, login(early), stytch.ErrSIWEMessageNotValidYet)
	w.Clock().Advance(time.Minute)
	if err := login(early); err != nil {
		t.Error(err)
	}
}

// TestEIP55 has the addresses of the standard in messages.
func TestEIP55(t *testing.T) {
	w := newWorld(t)
	for _, address := range []string{
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
	} {
		started := must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{
			CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: strings.ToLower(address),
			SIWEParams: &stytch.SIWEParams{Domain: "example.com", URI: "https://example.com"},
		}))(t)
		if !strings.Contains(started.Challenge, "\n"+address+"\n") {
			t.Errorf("want the address %s in\n%s", address, started.Challenge)
		}
	}
}

func TestSIWEErrors(t *testing.T) {
	w, wallet := newWorld(t), newEthereum(t)
	good := stytch.SIWEParams{Domain: "example.com", URI: "https://example.com"}
	for name, test := range map[string]struct {
		change func(*stytch.SIWEParams)
		want   stytch.ErrorType
	}{
		"a domain with a path":       {func(s *stytch.SIWEParams) { s.Domain = "example.com/x" }, stytch.ErrInvalidSIWEDomain},
		"a domain with a line break": {func(s *stytch.SIWEParams) { s.Domain = "example.com\nevil.test" }, stytch.ErrInvalidSIWEDomain},
		"a domain with a user":       {func(s *stytch.SIWEParams) { s.Domain = "example.com@evil.test" }, stytch.ErrInvalidSIWEDomain},
		"a relative URI":             {func(s *stytch.SIWEParams) { s.URI = "/login" }, stytch.ErrInvalidSIWEURI},
		"a URI with a line break":    {func(s *stytch.SIWEParams) { s.URI = "https://example.com/\nChain ID: 5" }, stytch.ErrInvalidSIWEURI},
		"a resource that is no URI":  {func(s *stytch.SIWEParams) { s.Resources = []string{"https://example.com", "terms"} }, stytch.ErrInvalidSIWEResource},
		"a chain id too large":       {func(s *stytch.SIWEParams) { s.ChainID = new("9223372036854775772") }, stytch.ErrInvalidSIWEChainID},
		"a statement in two lines":   {func(s *stytch.SIWEParams) { s.Statement = new("Hello\nURI: x") }, stytch.ErrInvalidSIWEStatement},
		"a statement with a tab":     {func(s *stytch.SIWEParams) { s.Statement = new("Hello\tAda") }, stytch.ErrInvalidSIWEStatement},
		"a request id with a slash":  {func(s *stytch.SIWEParams) { s.MessageRequestID = new("a/b") }, stytch.ErrInvalidSIWEMessageRequestID},
	} {
		t.Run(name, func(t *testing.T) {
			params := good
			test.change(&params)
			_, err := w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{
				CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: wallet.address(), SIWEParams: &params,
			})
			wants(t, err, test.want)
		})
	}
	_, err := w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{
		CryptoWalletType: stytch.CryptoWalletTypeSolana, CryptoWalletAddress: base58.Encode(make([]byte, 32)), SIWEParams: &good,
	})
	wants(t, err, stytch.ErrCryptoWalletTypeIncompatibleWithSIWE)
}

func TestSolanaWallet(t *testing.T) {
	w := newWorld(t)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	address := base58.Encode(public)
	start := func() []byte {
		t.Helper()
		return ed25519.Sign(private, []byte(must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{
			CryptoWalletType: stytch.CryptoWalletTypeSolana, CryptoWalletAddress: address,
		}))(t).Challenge))
	}
	login := func(sig string) error {
		_, err := w.walletLogin(stytch.CryptoWalletTypeSolana, address, sig)
		return err
	}
	sig := start()
	if err := login(base58.Encode(sig)); err != nil {
		t.Error(err)
	}
	wants(t, login(base58.Encode(sig)), stytch.ErrUnableToAuthenticateCryptoWallet)
	if err := login(base64.StdEncoding.EncodeToString(start())); err != nil {
		t.Error(err)
	}
	start()
	wants(t, login(base58.Encode(sig)), stytch.ErrUnableToAuthenticateCryptoWallet)
	wants(t, login(base58.Encode(sig[:63])), stytch.ErrSignatureIsIncorrectSize)
	wants(t, login("0OIl*"), stytch.ErrInvalidSignature)
	// The order of the curve added to s makes another signature, which lax libraries accept.
	twin := start()
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := new(big.Int)
	for i := range 32 {
		s.Lsh(s, 8).Or(s, big.NewInt(int64(twin[63-i])))
	}
	for i, v := range s.Add(s, order).FillBytes(make([]byte, 32)) {
		twin[63-i] = v
	}
	wants(t, login(base58.Encode(twin)), stytch.ErrUnableToAuthenticateCryptoWallet)
}

// TestWalletOfUsers adds wallets to users who exist.
func TestWalletOfUsers(t *testing.T) {
	w, wallet := newWorld(t), newEthereum(t)
	ada, charles := w.AddUser(stytch.User{}), w.AddUser(stytch.User{})
	named := func(id string, address string) (*stytch.CryptoWalletsAuthenticateStartResponse, error) {
		return w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: address, UserID: &id})
	}
	started := must(named(ada.UserID, wallet.address()))(t)
	if started.UserID != ada.UserID || started.UserCreated {
		t.Errorf("start %+v", started)
	}
	_, err := named(charles.UserID, wallet.address())
	wants(t, err, stytch.ErrDuplicateWalletAddress)
	_, err = named("user-test-nobody", wallet.address())
	wants(t, err, stytch.ErrUserNotFound)
	in := must(w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign(started.Challenge))))(t)
	_, err = named(ada.UserID, wallet.address())
	wants(t, err, stytch.ErrDuplicateWalletAddressForUser)
	second := must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{
		CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: wallet.address(), SessionToken: &in.SessionToken,
	}))(t)
	if second.UserID != ada.UserID {
		t.Errorf("start with a session %+v", second)
	}
	for range 5 {
		must(named(charles.UserID, newEthereum(t).address()))(t)
	}
	_, err = named(charles.UserID, newEthereum(t).address())
	wants(t, err, stytch.ErrTooManyUnverifiedFactors)

	// A deleted wallet takes its challenge with it, and belongs to a new user then.
	id := in.User.CryptoWallets[0].CryptoWalletID
	must(w.client.Users.DeleteCryptoWallet(w.ctx, stytch.UsersDeleteCryptoWalletRequest{CryptoWalletID: id}))(t)
	_, err = w.walletLogin(stytch.CryptoWalletTypeEthereum, wallet.address(), hexadecimal(wallet.sign(second.Challenge)))
	wants(t, err, stytch.ErrCryptoWalletNotFound)
	if again := w.ethereumStart(wallet, nil); !again.UserCreated {
		t.Error("the deleted wallet still belongs to its user")
	}
}

func TestWalletAddresses(t *testing.T) {
	w := newWorld(t)
	for address, want := range map[string]stytch.ErrorType{
		"0x12":                         stytch.ErrInvalidEthereumAddress,
		strings.Repeat("a", 42):        stytch.ErrInvalidEthereumAddress,
		"0x" + strings.Repeat("g", 40): stytch.ErrInvalidEthereumAddress,
	} {
		_, err := w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: address})
		wants(t, err, want)
	}
	for _, address := range []string{"0OIl", base58.Encode(make([]byte, 31)), base58.Encode(make([]byte, 33))} {
		_, err := w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeSolana, CryptoWalletAddress: address})
		wants(t, err, stytch.ErrInvalidSolanaAddress)
	}
}

// TestSandboxWallet logs in with the service's sandbox values, with a challenge or without.
func TestSandboxWallet(t *testing.T) {
	w := newWorld(t)
	first := must(w.walletLogin(stytch.CryptoWalletTypeEthereum, stytchtest.SandboxWallet, stytchtest.SandboxWalletSignature))(t)
	must(w.walletStart(stytch.CryptoWalletsAuthenticateStartRequest{CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: stytchtest.SandboxWallet}))(t)
	second := must(w.walletLogin(stytch.CryptoWalletTypeEthereum, stytchtest.SandboxWallet, stytchtest.SandboxWalletSignature))(t)
	if first.UserID != second.UserID {
		t.Error("the sandbox wallet belongs to two users")
	}
}

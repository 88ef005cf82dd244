package stytchtest

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/mr-tron/base58"
	"golang.org/x/crypto/sha3"

	"github.com/stytchgen/sdk/stytch"
)

// walletLife is how long a wallet may take to sign a challenge. The service does not
// publish its own limit.
const walletLife = 5 * time.Minute

// walletChallenge is a text that waits for the signature of a wallet.
type walletChallenge struct {
	WalletID  string    `json:"wallet_id"`
	Text      string    `json:"text"`
	ExpiresAt time.Time `json:"expires_at"`
	// SIWE is what the message of Sign In With Ethereum says, nil for another text.
	SIWE *stytch.SIWEParams `json:"siwe,omitempty"`
}

// wallet is a type of wallet and an address, with the public key in it.
type wallet struct {
	kind    stytch.CryptoWalletType
	address string // as in the request
	key     []byte // of Solana: the public key; of Ethereum: the end of its hash
}

var ethereumAddress = regexp.MustCompile("^0x[0-9a-fA-F]{40}$")

func newWallet(kind stytch.CryptoWalletType, address string) (wallet, *apiError) {
	w := wallet{kind: kind, address: address}
	if kind == stytch.CryptoWalletTypeSolana {
		key, err := decode58(address)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return w, failf("invalid_solana_address", "crypto_wallet_address: it is not the base58 encoding of %d bytes", ed25519.PublicKeySize)
		}
		w.key = key
		return w, nil
	}
	if !ethereumAddress.MatchString(address) {
		return w, failf("invalid_ethereum_address", "crypto_wallet_address: it is not 0x with 40 hexadecimal digits")
	}
	w.key, _ = hex.DecodeString(address[2:]) // the pattern has checked it
	return w, nil
}

// walletKey is the text of the key of a wallet. Addresses of Ethereum differ in upper
// and lower case only by their checksum.
func walletKey(kind, address string) string {
	if kind == string(stytch.CryptoWalletTypeEthereum) {
		address = strings.ToLower(address)
	}
	return kind + "\x00" + address
}

// checksummed is an address of Ethereum in the upper and lower case of EIP-55.
func (w wallet) checksummed() string {
	digits := []byte(hex.EncodeToString(w.key))
	sum := keccak(digits)
	for i, c := range digits {
		if c > '9' && sum[i/2]>>(4*(1-i%2))&0xf >= 8 {
			digits[i] = c - 'a' + 'A'
		}
	}
	return "0x" + string(digits)
}

func keccak(data []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	_, _ = h.Write(data) // never fails
	return h.Sum(nil)
}

// The sizes of the parts of a signature of Ethereum: r, s and the recovery id.
const (
	scalarSize    = 32
	signatureSize = 2*scalarSize + 1
)

// verify checks the signature of a text.
func (w wallet) verify(text, signature string) *apiError {
	if w.kind == stytch.CryptoWalletTypeSolana {
		return w.verifySolana(text, signature)
	}
	if !strings.HasPrefix(signature, "0x") {
		return failf("invalid_signature", "signature: it does not begin with 0x")
	}
	sig, err := hex.DecodeString(signature[2:])
	switch {
	case err != nil:
		return failf("invalid_signature", "signature: it has other characters than hexadecimal digits")
	case len(sig) != signatureSize:
		return failf("signature_is_incorrect_size", "signature: it has %d bytes, and should have %d", len(sig), signatureSize)
	}
	address, err := recoverAddress(text, sig)
	if err != nil {
		return failf("invalid_signature", "signature: %v", err)
	}
	if string(address) != string(w.key) {
		return fail("unable_to_authenticate_crypto_wallet")
	}
	return nil
}

// half is half of the order of secp256k1. Of the two signatures that each signature can
// be turned into, wallets make the one with the smaller s.
var half = new(big.Int).Rsh(secp256k1.Params().N, 1)

// recoverAddress returns the address whose key made a signature of EIP-191, as
// personal_sign does.
func recoverAddress(text string, sig []byte) ([]byte, error) {
	recovery := sig[2*scalarSize]
	if recovery >= 27 {
		recovery -= 27
	}
	if recovery > 1 {
		return nil, errors.New("its last byte is not 0, 1, 27 or 28")
	}
	if new(big.Int).SetBytes(sig[scalarSize:2*scalarSize]).Cmp(half) > 0 {
		return nil, errors.New("its s is in the upper half, so it is a copy of another signature")
	}
	hash := keccak(fmt.Appendf(nil, "\x19Ethereum Signed Message:\n%d%s", len(text), text))
	compact := append([]byte{27 + recovery}, sig[:2*scalarSize]...)
	key, _, err := ecdsa.RecoverCompact(compact, hash)
	if err != nil {
		return nil, errors.New("no key can have made it")
	}
	return keccak(key.SerializeUncompressed()[1:])[12:], nil
}

// max58 is the length of the longest base58 encoding of a signature.
const max58 = 88

// decode58 decodes base58. It refuses long texts, because the time grows with the square
// of the length.
func decode58(text string) ([]byte, error) {
	if len(text) > max58 {
		return nil, errors.New("it is too long")
	}
	return base58.Decode(text)
}

func (w wallet) verifySolana(text, signature string) *apiError {
	sig, err := decode58(signature)
	if err != nil || len(sig) != ed25519.SignatureSize {
		if other, failed := base64.StdEncoding.DecodeString(signature); failed == nil {
			sig, err = other, nil
		}
	}
	switch {
	case err != nil:
		return failf("invalid_signature", "signature: it is neither base58 nor base64")
	case len(sig) != ed25519.SignatureSize:
		return failf("signature_is_incorrect_size", "signature: it has %d bytes, and should have %d", len(sig), ed25519.SignatureSize)
	case !ed25519.Verify(w.key, []byte(text), sig):
		return fail("unable_to_authenticate_crypto_wallet")
	}
	return nil
}

// The characters of RFC 3986 that texts of EIP-4361 may have.
var (
	uriForm       = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+$`)
	statementForm = regexp.MustCompile(`^[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;= -]*$`)
	requestIDForm = regexp.MustCompile(`^([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$`)
)

// maxChainID is the largest chain id of EIP-2294.
const maxChainID = 9223372036854775771

// checkSIWE refuses what a message of EIP-4361 cannot say.
func checkSIWE(s *stytch.SIWEParams) *apiError {
	if u, err := url.Parse("https://" + s.Domain); err != nil || u.Host != s.Domain || u.User != nil {
		return failf("invalid_siwe_domain", "siwe_params.domain: it is not a host, such as example.com, with a port or without")
	}
	if !isURI(s.URI) {
		return failf("invalid_siwe_uri", "siwe_params.uri: it is not an absolute URI")
	}
	for i, resource := range s.Resources {
		if !isURI(resource) {
			return failf("invalid_siwe_resource", "siwe_params.resources.%d: it is not an absolute URI", i)
		}
	}
	if id, err := strconv.ParseInt(siweChain(s), 10, 64); err != nil || id < 1 || id > maxChainID {
		return failf("invalid_siwe_chain_id", "siwe_params.chain_id: it is not a number between 1 and %d", int64(maxChainID))
	}
	if !statementForm.MatchString(text(s.Statement)) {
		return failf("invalid_siwe_statement", "siwe_params.statement: it has other characters than those of URIs and spaces")
	}
	if !requestIDForm.MatchString(text(s.MessageRequestID)) {
		return failf("invalid_siwe_message_request_id", "siwe_params.message_request_id: it has other characters than a path segment of a URI")
	}
	return nil
}

func isURI(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme != "" && uriForm.MatchString(text)
}

func siweChain(s *stytch.SIWEParams) string {
	if s.ChainID == nil {
		return "1"
	}
	return *s.ChainID
}

// siweMessage is the message of EIP-4361, which the wallet shows and signs.
func siweMessage(w wallet, s *stytch.SIWEParams, nonce string, expires time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s wants you to sign in with your Ethereum account:\n%s\n\n", s.Domain, w.checksummed())
	if s.Statement != nil {
		fmt.Fprintf(&b, "%s\n", *s.Statement)
	}
	fmt.Fprintf(&b, "\nURI: %s\nVersion: 1\nChain ID: %s\nNonce: %s\nIssued At: %s\nExpiration Time: %s\nNot Before: %s",
		s.URI, siweChain(s), nonce, stamp(*s.IssuedAt), stamp(expires), stamp(*s.NotBefore))
	if s.MessageRequestID != nil {
		fmt.Fprintf(&b, "\nRequest ID: %s", *s.MessageRequestID)
	}
	if len(s.Resources) > 0 {
		fmt.Fprintf(&b, "\nResources:")
		for _, resource := range s.Resources {
			fmt.Fprintf(&b, "\n- %s", resource)
		}
	}
	return b.String()
}

package stytchtest

import (
	"bytes"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"

	"github.com/stytchgen/sdk/stytch"
)

// hashed is the hash of a password: one that was taken over from another system,
// or the server's own.
type hashed struct {
	Type   stytch.PasswordHashType `json:"type"`
	Hash   string                  `json:"hash"`
	MD5    *stytch.MD5Config       `json:"md_5_config,omitempty"`
	SHA1   *stytch.SHA1Config      `json:"sha_1_config,omitempty"`
	SHA512 *stytch.SHA512Config    `json:"sha_512_config,omitempty"`
	Argon2 *stytch.Argon2Config    `json:"argon_2_config,omitempty"`
	Scrypt *stytch.ScryptConfig    `json:"scrypt_config,omitempty"`
	PBKDF2 *stytch.PBKDF2Config    `json:"pbkdf_2_config,omitempty"`
}

// ownIterations is the cost of the server's own hashes. They protect nothing but
// tests.
const ownIterations = 1000

// hashPassword returns the server's own hash of a password.
func hashPassword(password string) hashed {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails
	config := &stytch.PBKDF2Config{
		Salt: base64.StdEncoding.EncodeToString(salt[:]), IterationAmount: ownIterations, KeyLength: sha256.Size, Algorithm: stytch.PBKDF2AlgorithmSHA256,
	}
	key, err := pbkdf2.Key(sha256.New, password, salt[:], ownIterations, sha256.Size)
	if err != nil {
		panic("stytchtest: hashing a password: " + err.Error()) // cannot happen with these parameters
	}
	return hashed{Type: stytch.PasswordHashTypePBKDF2, Hash: base64.StdEncoding.EncodeToString(key), PBKDF2: config}
}

// matches reports whether a password has this hash.
func (h hashed) matches(password string) bool {
	compare, err := h.parse()
	return err == nil && compare(password)
}

// comparison reports whether a password has a hash.
type comparison func(password string) bool

// Limits of the cost of a login, so that one hash cannot occupy the machine.
const (
	maxBcryptCost   = 16
	maxIterations   = 10_000_000
	maxMemoryKiB    = 256 << 10
	maxArgonTime    = 100
	maxThreads      = 16
	maxKeyLength    = 1024
	maxPHPassRounds = 20 // as a power of two
	minArgonSalt    = 8
)

// parse checks the form of a hash and its parameters.
func (h hashed) parse() (comparison, *apiError) {
	switch h.Type {
	case stytch.PasswordHashTypeBcrypt:
		return h.bcrypt()
	case stytch.PasswordHashTypePhpass:
		return h.phpass()
	case stytch.PasswordHashTypeArgon2i:
		return h.argon2("argon2i", argon2.Key)
	case stytch.PasswordHashTypeArgon2id:
		return h.argon2("argon2id", argon2.IDKey)
	case stytch.PasswordHashTypeScrypt:
		return h.scrypt()
	case stytch.PasswordHashTypePBKDF2:
		return h.pbkdf2()
	case stytch.PasswordHashTypeMD5:
		return h.salted(md5.New, "invalid_md_5_hash", (*stytch.SHA1Config)(h.MD5))
	case stytch.PasswordHashTypeSHA1:
		return h.salted(sha1.New, "invalid_sha_1_hash", h.SHA1)
	case stytch.PasswordHashTypeSHA512:
		return h.salted(sha512.New, "invalid_sha_512_hash", (*stytch.SHA1Config)(h.SHA512))
	}
	return nil, fail("invalid_hash_type")
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

func (h hashed) bcrypt() (comparison, *apiError) {
	cost, err := bcrypt.Cost([]byte(h.Hash))
	switch {
	case err != nil:
		return nil, failf("invalid_bcrypt_hash", "the hash is not one of bcrypt, such as $2b$10$...")
	case cost > maxBcryptCost:
		return nil, failf("invalid_bcrypt_cost", "the cost is %d; at most %d is allowed", cost, maxBcryptCost)
	}
	return func(password string) bool {
		return bcrypt.CompareHashAndPassword([]byte(h.Hash), []byte(password)) == nil
	}, nil
}

// phpassAlphabet is the base64 alphabet of phpass, the portable hashes of PHP.
const phpassAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func (h hashed) phpass() (comparison, *apiError) {
	if !strings.HasPrefix(h.Hash, "$P$") && !strings.HasPrefix(h.Hash, "$H$") {
		return nil, failf("invalid_phpass_hash_prefix", "the hash does not begin with $P$ or $H$")
	}
	if len(h.Hash) != 34 || strings.Trim(h.Hash[3:], phpassAlphabet) != "" {
		return nil, failf("invalid_phpass_hash_format", "the hash does not have 34 characters of phpass")
	}
	rounds := strings.IndexByte(phpassAlphabet, h.Hash[3])
	if rounds > maxPHPassRounds {
		return nil, failf("invalid_phpass_hash_format", "the hash takes 2^%d rounds; at most 2^%d are allowed", rounds, maxPHPassRounds)
	}
	salt, want := h.Hash[4:12], h.Hash[12:]
	return func(password string) bool {
		sum := md5.Sum([]byte(salt + password))
		for range 1 << rounds {
			sum = md5.Sum(append(sum[:], password...))
		}
		return equal([]byte(phpassEncode(sum[:])), []byte(want))
	}, nil
}

// phpassEncode encodes bytes, the lowest bits first.
func phpassEncode(data []byte) string {
	var text strings.Builder
	for i := 0; i < len(data); i += 3 {
		block, n := 0, min(3, len(data)-i)
		for j := range n {
			block |= int(data[i+j]) << (8 * j)
		}
		for range n + 1 {
			text.WriteByte(phpassAlphabet[block&63])
			block >>= 6
		}
	}
	return text.String()
}

func (h hashed) argon2(name string, derive func(password, salt []byte, time, memory uint32, threads uint8, keyLength uint32) []byte) (comparison, *apiError) {
	var want []byte
	var config stytch.Argon2Config
	if encoded, ok := parsePHC(h.Hash); ok {
		if encoded.name != name || encoded.version != argon2.Version {
			return nil, failf("invalid_hash", "the hash is of %s in version %d; want %s in version %d", encoded.name, encoded.version, name, argon2.Version)
		}
		want = encoded.hash
		config = stytch.Argon2Config{
			Salt: string(encoded.salt), IterationAmount: encoded.parameters["t"], Memory: encoded.parameters["m"],
			Threads: encoded.parameters["p"], KeyLength: len(want),
		}
	} else {
		data, err := hex.DecodeString(h.Hash)
		if err != nil || len(data) == 0 || h.Argon2 == nil {
			return nil, failf("invalid_hash", "the hash is neither in encoded form, such as $argon2id$v=19$..., nor in hex with argon_2_config")
		}
		want, config = data, *h.Argon2
	}
	switch {
	case len(config.Salt) < minArgonSalt:
		return nil, failf("invalid_argon_2_salt", "the salt has %d bytes; want at least %d", len(config.Salt), minArgonSalt)
	case config.IterationAmount < 1 || config.IterationAmount > maxArgonTime:
		return nil, failf("invalid_argon_2_iteration_amount", "iteration_amount is %d; want 1 to %d", config.IterationAmount, maxArgonTime)
	case config.Threads < 1 || config.Threads > maxThreads:
		return nil, failf("invalid_argon_2_threads", "threads is %d; want 1 to %d", config.Threads, maxThreads)
	case config.Memory < 8*config.Threads || config.Memory > maxMemoryKiB:
		return nil, failf("invalid_argon_2_memory", "memory is %d KiB; want %d to %d", config.Memory, 8*config.Threads, maxMemoryKiB)
	case config.KeyLength < 4 || config.KeyLength > maxKeyLength:
		return nil, failf("invalid_argon_2_key_length", "key_length is %d; want 4 to %d", config.KeyLength, maxKeyLength)
	case config.KeyLength != len(want):
		return nil, failf("argon_2_key_length_mismatch", "key_length is %d, and the hash has %d bytes", config.KeyLength, len(want))
	}
	return func(password string) bool {
		return equal(want, derive([]byte(password), []byte(config.Salt), uint32(config.IterationAmount), uint32(config.Memory), uint8(config.Threads), uint32(config.KeyLength)))
	}, nil
}

func (h hashed) scrypt() (comparison, *apiError) {
	var want, salt []byte
	var n, r, p int
	if encoded, ok := parsePHC(h.Hash); ok {
		if encoded.name != "scrypt" || encoded.parameters["ln"] > 30 {
			return nil, failf("invalid_hash", "the hash is not one of scrypt")
		}
		want, salt = encoded.hash, encoded.salt
		n, r, p = 1<<encoded.parameters["ln"], encoded.parameters["r"], encoded.parameters["p"]
	} else {
		var ok bool
		if h.Scrypt == nil {
			return nil, failf("invalid_hash", "the hash is not in encoded form, and scrypt_config is not given")
		}
		if want, ok = decode64(h.Hash); !ok {
			return nil, failf("invalid_base64_scrypt_hash", "the hash is not base64")
		}
		if salt, ok = decode64(h.Scrypt.Salt); !ok {
			return nil, failf("invalid_base64_scrypt_salt", "the salt is not base64")
		}
		if h.Scrypt.KeyLength != len(want) {
			return nil, failf("scrypt_key_length_mismatch", "key_length is %d, and the hash has %d bytes", h.Scrypt.KeyLength, len(want))
		}
		n, r, p = h.Scrypt.NParameter, h.Scrypt.RParameter, h.Scrypt.PParameter
	}
	switch {
	case len(salt) == 0:
		return nil, failf("invalid_scrypt_salt_length", "the salt is empty")
	case n < 2 || n > 262144 || n&(n-1) != 0:
		return nil, failf("invalid_scrypt_n_parameter", "N is %d; want a power of two from 2 to 262144", n)
	case r < 1 || p < 1 || p > maxThreads || r > maxMemoryKiB*8/n:
		return nil, failf("invalid_scrypt_parameters", "r is %d and p is %d; with N they take too much memory or time", r, p)
	case len(want) < 4 || len(want) > maxKeyLength:
		return nil, failf("invalid_hash", "the hash has %d bytes; want 4 to %d", len(want), maxKeyLength)
	}
	return func(password string) bool {
		key, err := scrypt.Key([]byte(password), salt, n, r, p, len(want))
		return err == nil && equal(want, key)
	}, nil
}

func (h hashed) pbkdf2() (comparison, *apiError) {
	if h.PBKDF2 == nil {
		return nil, failf("invalid_hash", "pbkdf_2_config is not given")
	}
	config := *h.PBKDF2
	want, ok := decode64(h.Hash)
	if !ok || len(want) == 0 || len(want) > maxKeyLength {
		return nil, failf("invalid_pbkdf_2_hash", "the hash is not base64 of 1 to %d bytes", maxKeyLength)
	}
	salt, ok := decode64(config.Salt)
	if !ok || len(salt) == 0 {
		return nil, failf("invalid_pbkdf_2_salt", "the salt is not base64")
	}
	make := sha256.New
	switch config.Algorithm {
	case "", stytch.PBKDF2AlgorithmSHA256:
	case stytch.PBKDF2AlgorithmSHA512:
		make = sha512.New
	default:
		return nil, fail("invalid_pbkdf_2_algorithm")
	}
	switch {
	case config.IterationAmount < 1 || config.IterationAmount > maxIterations:
		return nil, failf("invalid_pbkdf_2_iteration_amount", "iteration_amount is %d; want 1 to %d", config.IterationAmount, maxIterations)
	case config.KeyLength != len(want):
		return nil, failf("pbkdf_2_key_length_mismatch", "key_length is %d, and the hash has %d bytes", config.KeyLength, len(want))
	}
	return func(password string) bool {
		key, err := pbkdf2.Key(make, password, salt, config.IterationAmount, len(want))
		return err == nil && equal(want, key)
	}, nil
}

// salted is a hash of the password with a salt before and after it. The three
// configs have the same fields.
func (h hashed) salted(make func() hash.Hash, invalid string, salts *stytch.SHA1Config) (comparison, *apiError) {
	want, err := hex.DecodeString(h.Hash)
	if size := make().Size(); err != nil || len(want) != size {
		return nil, failf(invalid, "the hash is not %d hex digits", 2*size)
	}
	if salts == nil {
		salts = &stytch.SHA1Config{}
	}
	return func(password string) bool {
		sum := make()
		_, _ = sum.Write([]byte(salts.PrependSalt + password + salts.AppendSalt)) // never fails
		return equal(want, sum.Sum(nil))
	}, nil
}

// phc is a hash in the format of the Password Hashing Competition:
// $name$v=version$parameters$salt$hash.
type phc struct {
	name       string
	version    int
	parameters map[string]int
	salt, hash []byte
}

func parsePHC(text string) (phc, bool) {
	fields := strings.Split(text, "$")
	if len(fields) < 5 || fields[0] != "" {
		return phc{}, false
	}
	parsed, fields := phc{name: fields[1], parameters: map[string]int{}}, fields[2:]
	if version, ok := strings.CutPrefix(fields[0], "v="); ok {
		parsed.version, _ = strconv.Atoi(version)
		fields = fields[1:]
	}
	if len(fields) != 3 {
		return phc{}, false
	}
	for _, pair := range strings.Split(fields[0], ",") {
		name, value, _ := strings.Cut(pair, "=")
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return phc{}, false
		}
		parsed.parameters[name] = n
	}
	var okSalt, okHash bool
	parsed.salt, okSalt = decode64(fields[1])
	parsed.hash, okHash = decode64(fields[2])
	return parsed, okSalt && okHash
}

// decode64 decodes base64 with or without padding.
func decode64(text string) ([]byte, bool) {
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return bytes.Clone(data), err == nil
}

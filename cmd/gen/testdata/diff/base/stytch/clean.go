package stytch

// Clean takes spaces from a code.
func Clean(typed string) string { return typed }

// MaxLength is how long a code may be.
const MaxLength = 6

// Store keeps codes. Applications implement it.
type Store interface {
	Put(code string) error
}

// Pair is two texts.
type Pair struct {
	First, Second string
}

// Join joins the texts.
func (p Pair) Join() string { return p.First + p.Second }

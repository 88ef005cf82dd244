package stytchtest

// Load returns the server of a store. It answers no requests and sends no webhooks, so
// that its state stays as it was stored.
func Load(store Store) (*Server, error) {
	config := Config{Store: store}
	s, err := prepare(config)
	if err == nil {
		err = s.open(config)
	}
	return s, err
}

package transport

// Version is the version of the SDK, which the User-Agent contains. CONTRIBUTING.md says how a release
// changes it.
const Version = "0.1.0"

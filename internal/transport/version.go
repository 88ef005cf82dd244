package transport

// Version is the version of the SDK, as the User-Agent names it. CONTRIBUTING.md
// says how a release changes it.
const Version = "0.1.0"

// Package integrations shows the session middleware with four web frameworks, and traces of calls with
// OpenTelemetry. Each file is an example to copy; the tests run all of them against the emulator.
//
// Every application has the same pages: "/" for everyone, "/members" for people who are logged in, and
// "/logout".
package integrations

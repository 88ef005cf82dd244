// This file allows functions without bodies in the Go files. The linker finds them in other packages.

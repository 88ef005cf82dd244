package main

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
)

// checkRelease reports a version that promises less change than there is since
// the version before it.
func checkRelease(before, version string, verdict apichange.Level) error {
	if semver.Compare(version, before) <= 0 {
		return fmt.Errorf("%s does not follow %s", version, before)
	}
	smallest := nextVersion(before, verdict)
	if semver.Compare(version, smallest) < 0 {
		return fmt.Errorf("%s is too small: the changes since %s are %s, so the next version is at least %s", version, before, verdict, smallest)
	}
	return nil
}

// nextVersion is the smallest version that may have the changes. Before 1.0.0,
// the minor number promises what the major number promises later.
func nextVersion(before string, verdict apichange.Level) string {
	core := strings.TrimPrefix(semver.Canonical(before), "v")
	core, _, _ = strings.Cut(core, "-")
	core, _, _ = strings.Cut(core, "+")
	var n [3]int
	for i, part := range strings.SplitN(core, ".", 3) {
		n[i], _ = strconv.Atoi(part) // a valid version has three numbers
	}
	switch {
	case verdict >= apichange.Major && n[0] > 0:
		n = [3]int{n[0] + 1, 0, 0}
	case verdict >= apichange.Minor:
		n = [3]int{n[0], n[1] + 1, 0}
	case semver.Prerelease(before) == "":
		n[2]++
	}
	return fmt.Sprintf("v%d.%d.%d", n[0], n[1], n[2])
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// repository is the root of this module, seen from this package.
const repository = "../.."

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// edit replaces a text that a file must have, once or more often.
func edit(t *testing.T, name, before, after string) {
	t.Helper()
	data := string(read(t, name))
	if !strings.Contains(data, before) {
		t.Fatalf("%s does not contain %q", name, before)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(data, before, after, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// program is the command, built for the tests of this package. It is the one
// that people run, without the race detector, which would have it take several
// times as long; the tests of the stages run under that.
var program string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	// A git hook that runs the tests names its repository in the environment.
	local, err := exec.Command("git", "rev-parse", "--local-env-vars").Output()
	if err != nil {
		fmt.Fprintf(os.Stderr, "git: %v\n", err)
		return 1
	}
	for _, name := range strings.Fields(string(local)) {
		os.Unsetenv(name)
	}
	folder, err := os.MkdirTemp("", "gen")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	program = filepath.Join(folder, "gen.exe")
	build := exec.Command("go", "build", "-buildvcs=false", "-tags", "genfault", "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// gen runs the command and returns its exit code and outputs.
func gen(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return genIn(t, "", nil, args...)
}

// genIn runs the command in a folder, with more in its environment. A process
// that was killed has the exit code -1.
func genIn(t *testing.T, folder string, environment []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &out, &errs
	cmd.Env = append(os.Environ(), environment...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestUsage(t *testing.T) {
	tests := []struct {
		name string
		args []string
		code int
		want string // in either output
	}{
		{"help", []string{"-h"}, exitFine, "Exit codes"},
		{"help as a command", []string{"help"}, exitFine, "Exit codes"},
		{"unknown command", []string{"chek"}, exitBad, `"chek" is not a command`},
		{"unknown flag", []string{"-x"}, exitBad, "-x"},
		{"explain", []string{"explain", "e012"}, exitFine, "x-retry: unsent"},
		{"explain an unknown code", []string{"explain", "E0122"}, exitBad, `did you mean "E012"?`},
		{"explain nothing", []string{"explain"}, exitBad, "explain takes the code"},
		{"unknown format", []string{"--format", "xml"}, exitBad, `--format "xml"`},
		{"watch and check", []string{"check", "--watch"}, exitBad, "watch"},
		{"unknown stage", []string{"dump", "--stage", "link"}, exitBad, `--stage "link"`},
		{"no module", []string{"-C", "/"}, exitBad, "no go.mod"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := gen(t, test.args...)
			if code != test.code || !strings.Contains(stdout+stderr, test.want) {
				t.Errorf("exit code %d, output %q; want %d and %q", code, stdout+stderr, test.code, test.want)
			}
		})
	}
}

// TestCommitted compares the committed files with the spec, which is also what
// make check does.
func TestCommitted(t *testing.T) {
	if code, stdout, stderr := gen(t, "check", "-C", repository); code != exitFine {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
}

func TestDump(t *testing.T) {
	code, stdout, stderr := gen(t, "dump", "--stage", "model", "-v", "-C", repository)
	if code != exitFine || !strings.Contains(stdout, `"ID": "otps.sms.login_or_create"`) {
		t.Errorf("exit code %d; the model lacks a call:\n%.500s", code, stdout)
	}
	if !regexp.MustCompile(`(?m)^model +\S+ +\d+ calls, \d+ types`).MatchString(stderr) {
		t.Errorf("-v does not say what the stages did: %s", stderr)
	}
}

// TestDamage damages a copy in every way that check must see, looks whether
// it names the damage, and has gen put it right.
func TestDamage(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	at := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	tests := []struct {
		name   string
		damage func(t *testing.T)
		want   []string
	}{
		{
			"spec newer than code",
			func(t *testing.T) {
				edit(t, at(consumerArea), "summary: Reads a code.", "summary: Fetches a code.")
				edit(t, at(consumerArea), "description: Sends codes.", "description: Sends short codes.")
			},
			[]string{
				"stytch/codes_gen.go: out of date: " + consumerArea + " changed since it was generated",
				"docs/reference/stytch-codes.md: out of date", "README.md: out of date",
				"-// Get reads a code.\n+// Get fetches a code.",
			},
		},
		{
			"generated file edited by hand",
			func(t *testing.T) { edit(t, at("stytch/codes_gen.go"), "UserID string", "ID string") },
			[]string{"stytch/codes_gen.go: edited by hand", "+\tUserID string"},
		},
		{
			"generated file missing",
			func(t *testing.T) { remove(t, at("b2b/sessions_gen.go")) },
			[]string{"b2b/sessions_gen.go: missing", "--- /dev/null\n+++ b/b2b/sessions_gen.go"},
		},
		{
			"stale file left over",
			func(t *testing.T) {
				write(t, at("stytch/old_gen.go"), "// Code generated by stytchgen; DO NOT EDIT.\n\npackage stytch\n\n// User collides.\ntype User struct{}\n")
			},
			[]string{"stytch/old_gen.go: stale", "+++ /dev/null"},
		},
		{
			"sum file missing",
			func(t *testing.T) { remove(t, at("gen.sum")) },
			[]string{"gen.sum: missing"},
		},
		{
			"the sums are emptied",
			func(t *testing.T) { write(t, at("gen.sum"), "") },
			[]string{"gen.sum: out of date"},
		},
		{
			"page edited by hand",
			func(t *testing.T) { edit(t, at("docs/reference/errors.md"), "# Errors", "# Mistakes") },
			[]string{"docs/reference/errors.md: edited by hand"},
		},
		{
			"table in the README edited",
			func(t *testing.T) {
				edit(t, at("README.md"), "(docs/reference/README.md#stytch-codes)", "(elsewhere)")
			},
			[]string{"README.md: out of date: the generated part between the markers differs"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.damage(t)
			code, stdout, stderr := gen(t, "check", "-C", root)
			if code != exitDiffers {
				t.Fatalf("check: exit code %d, want %d\n%s%s", code, exitDiffers, stdout, stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("check does not say %q:\n%s", want, stdout)
				}
			}
			if code, stdout, stderr := gen(t, "-C", root); code != exitFine {
				t.Fatalf("gen: exit code %d\n%s%s", code, stdout, stderr)
			}
			if code, stdout, stderr := gen(t, "check", "-C", root); code != exitFine {
				t.Errorf("check after gen: exit code %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

// TestStub loses hand-written code: gen writes a stub in its place, and neither
// gen nor check lets a stub pass for code.
func TestStub(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	file := filepath.Join(root, manualFile)
	remove(t, file)
	wantGen(t, root, exitDiffers, manualFile+": not written", "check")
	wantGen(t, root, exitFine, "stub     "+manualFile)
	wantGen(t, root, exitBad, "TwoCodes is still the stub", "check")
	wantGen(t, root, exitBad, "nothing was written")
	write(t, file, manualCode)
	wantGen(t, root, exitFine, "as generated", "check")
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRefused damages a copy so that gen must change nothing and say why.
func TestRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		damage func(t *testing.T, root string)
		want   string
	}{
		{
			"a person's file where a generated one belongs",
			func(t *testing.T, root string) {
				write(t, filepath.Join(root, "stytch/codes_gen.go"), "package stytch\n\n// Mine.\n")
			},
			"stytch/codes_gen.go:1:1: error[E103]",
		},
		{
			"a generated file has something before its first line",
			func(t *testing.T, root string) {
				name := filepath.Join(root, "stytch/codes_gen.go")
				write(t, name, "// Copyright.\n"+string(read(t, name)))
			},
			"stytch/codes_gen.go:1:1: error[E103]",
		},
		{
			"a person's page where a generated one belongs",
			func(t *testing.T, root string) {
				write(t, filepath.Join(root, "docs/reference/errors.md"), "# Mine\n")
			},
			"docs/reference/errors.md: not a generated file",
		},
		{
			"hand-written code does not compile with what is generated",
			func(t *testing.T, root string) {
				edit(t, filepath.Join(root, manualFile), "req.Code + req.Code", "req.Code + req.Cod")
			},
			manualFile + ":",
		},
		{
			"a MANUAL() section lost its shape",
			func(t *testing.T, root string) {
				edit(t, filepath.Join(root, manualFile), "(req CodesCheckRequest)", "(req CodesCheckRequest, n int)")
			},
			"TwoCodes differs from what MANUAL(TwoCodes) declares",
		},
		{
			"the README has no markers",
			func(t *testing.T, root string) {
				edit(t, filepath.Join(root, "README.md"), "<!-- calls:end -->", "")
			},
			"README.md: error[E099]: it needs <!-- calls:begin -->",
		},
		{
			"a generated file is a link",
			func(t *testing.T, root string) {
				remove(t, filepath.Join(root, "gen.sum"))
				if err := os.Symlink("go.mod", filepath.Join(root, "gen.sum")); err != nil {
					t.Skip("no links here")
				}
			},
			"gen.sum: not a regular file",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := areaModule(t)
			edit(t, filepath.Join(root, consumerArea), "summary: Reads a code.", "summary: Fetches a code.")
			test.damage(t, root)
			before := snapshot(t, root)
			code, stdout, stderr := gen(t, "-C", root)
			if code != exitBad || !strings.Contains(stderr, test.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, exitBad, test.want, stdout, stderr)
			}
			if after := snapshot(t, root); !maps.Equal(after, before) {
				t.Errorf("files were changed: %d before, %d after", len(before), len(after))
			}
		})
	}
}

// snapshot returns every file below a folder.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files[path] = string(read(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestEnvironment breaks what the go command needs, one thing at a time. The code
// is right, so there are no findings, but one error in the go command's words.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	small, workspace := smallModule(t), smallModule(t)
	write(t, filepath.Join(workspace, "go.work"), "go 1.26\n\nuse ./elsewhere\n")
	if err := os.Mkdir(filepath.Join(workspace, "elsewhere"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(workspace, "elsewhere/go.mod"), "module elsewhere\n\ngo 1.26\n")
	broken := smallModule(t)
	write(t, filepath.Join(broken, "internal/wire/broken.go"), "package wire\n\nvar broken int = \"\"\n")
	tests := []struct {
		name, root  string
		environment string
		want        string
	}{
		{"no build cache", small, "GOCACHE=off", "build cache is disabled by GOCACHE=off"},
		{"a cache that cannot be made", small, "GOCACHE=" + os.DevNull + "/cache", "failed to initialize build cache"},
		{"no folder for what is temporary", small, "GOTMPDIR=" + t.TempDir() + "/none", "creating work dir"},
		{"no go command", small, "PATH=" + t.TempDir(), "executable file not found"},
		{"an unknown system", small, "GOOS=nothing", "unsupported GOOS/GOARCH pair"},
		{"an unknown flag", small, "GOFLAGS=-nothing", "unknown flag -nothing"},
		{"a module that is not here", repository, "GOMODCACHE=" + t.TempDir(), "module lookup disabled by GOPROXY=off"},
		{"a workspace without this module", workspace, "GOWORK=" + filepath.Join(workspace, "go.work"), "not one of the workspace modules"},
		{"a runtime that does not compile", broken, "GOWORK=off", "internal/wire/broken.go:3:18: cannot use"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := genIn(t, "", []string{"GOPROXY=off", test.environment}, "check", "-C", test.root)
			if code != exitBad || stdout != "" || !strings.Contains(stderr, test.want) || strings.Contains(stderr, "[E") || strings.Count(stderr, "\n") > 8 {
				t.Errorf("exit code %d, want %d and %q alone:\n%s%s", code, exitBad, test.want, stdout, stderr)
			}
		})
	}
}

// newCall is an endpoint that a maintainer adds, with a field of every kind.
const newCall = `  /v1/codes/voice/send:
    post:
      operationId: codes.voice.send
      tags: [codes.voice]
      summary: Sends a code by voice call.
      externalDocs: {url: https://stytch.com/docs/api/voice}
      x-retry: unsent
      x-errors: [code_not_found]
      parameters:
        - name: urgent
          in: query
          description: Whether to call at night.
          schema: {type: boolean}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [phone_number, labels, locales, voices]
              properties:
                phone_number:
                  $ref: '#/components/schemas/PhoneNumber'
                repeat:
                  type: integer
                  minimum: 1
                  maximum: 3
                  description: How often the code is read out.
                speed:
                  type: number
                  description: How fast the code is read out.
                at:
                  type: string
                  format: date-time
                  description: When to call.
                urgent:
                  type: boolean
                  description: Whether to call at night.
                labels:
                  type: array
                  maxItems: 3
                  items: {type: string}
                  description: Labels of the call.
                locales:
                  type: array
                  items: {$ref: '#/components/schemas/Locale'}
                  description: The languages to read the code out in.
                voices:
                  type: array
                  items: {$ref: '#/components/schemas/Voice'}
                  description: The voices to choose from.
                voice:
                  $ref: '#/components/schemas/Voice'
                notes:
                  type: object
                  additionalProperties: true
                  description: Free-form notes.
            example:
              phone_number: '+15005550006'
              repeat: 2
              speed: 1.50
              at: '2026-03-02T09:41:07.5Z'
              urgent: false
              labels: []
              locales: [en, es]
              voices: [{pitch: -0, name: "\u2028\x7f\b"}, {name: Bo, pitch: 1, chorus: []}]
              voice: {name: Ada, pitch: 3, substitute: {name: Cy, pitch: 2, chorus: [{name: Di, pitch: 4}]}}
              notes: {z: [1, {b: null}], a: <&>, n: [1.50, 1e3, -0, -0.0, 1e-7, 9223372036854775807, 123456789012345678901234567890]}
      responses:
        '200':
          description: The call was placed.
          content:
            application/json:
              schema:
                type: object
                required: [request_id, status_code, phone_id, speed, at, locales, voices]
                properties:
                  request_id:
                    type: string
                    description: The id of the call.
                  status_code:
                    type: integer
                    description: The HTTP status.
                  phone_id:
                    type: string
                    description: The id of the phone number.
                  speed:
                    type: number
                    description: How fast the code is read out.
                  at:
                    type: string
                    format: date-time
                    description: When the call is placed.
                  locales:
                    type: array
                    items: {$ref: '#/components/schemas/Locale'}
                    description: The languages.
                  voices:
                    type: array
                    items: {$ref: '#/components/schemas/Voice'}
                    description: The voices.
                  voice:
                    description: The voice.
                    oneOf:
                      - $ref: '#/components/schemas/Voice'
                      - type: 'null'
                  locale:
                    description: The language.
                    oneOf:
                      - $ref: '#/components/schemas/Locale'
                      - type: 'null'
                  tries:
                    type: [integer, 'null']
                    description: How often it rang.
                  notes:
                    type: [object, 'null']
                    additionalProperties: true
                    description: Free-form notes.
              example:
                request_id: request-id-test-1
                status_code: 200
                phone_id: phone-number-test-1
                speed: 25e-2
                at: '2026-03-02T09:41:07.123456789+02:00'
                locales: [en]
                voices: []
                voice: {name: Ada, pitch: 3, chorus: [{name: Bo, pitch: 1, chorus: []}, {name: Cy, pitch: 2}]}
                locale: es
                tries: null
                notes: {n: 9007199254740993}
        default:
          $ref: '#/components/responses/Error'
`

const newSchema = `    Voice:
      type: object
      description: A voice that reads a code out.
      required: [name, pitch]
      properties:
        name:
          type: string
          description: The name of the voice.
        pitch:
          type: integer
          minimum: 0
          description: The pitch of the voice.
        substitute:
          $ref: '#/components/schemas/Voice'
        chorus:
          type: array
          items: {$ref: '#/components/schemas/Voice'}
          description: The voices that join in.
`

// ringTest is a test for the module with the new call: a cyclic value, which is a
// caller's mistake, is an error before anything is sent.
const ringTest = `package stytch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/base/internal/wiretest"
	"example.com/base/stytch"
)

func TestRedaction(t *testing.T) { wiretest.CheckRedaction(t, client) }

func TestCodesVoiceService_Ring(t *testing.T) {
	client := wireClient(t, &exchangeCodesVoiceSend)
	ring := stytch.Voice{Name: "Ada", Chorus: make([]stytch.Voice, 2)}
	ring.Substitute = &ring
	ring.Chorus[0], ring.Chorus[1] = ring, ring
	req := stytch.CodesVoiceSendRequest{PhoneNumber: "+15005550006", Voices: []stytch.Voice{ring}}
	if text := fmt.Sprint(req); !strings.Contains(text, "Ada") {
		t.Errorf("printed as %.100s", text)
	}
	var invalid *stytch.ValidationError
	_, err := client.Codes.Voice.Send(t.Context(), req)
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "must not nest more than 1000 levels deep") || len(err.Error()) > 1000 {
		t.Errorf("checked: %.1000v", err)
	}
	_, err = client.Codes.Voice.Send(t.Context(), req, stytch.WithoutCallValidation())
	if err == nil || !strings.Contains(err.Error(), "at most 10000 levels of nesting") {
		t.Errorf("unchecked: %.1000v", err)
	}
}
`

// TestNewEndpoint adds a call to the YAML: one run of gen makes it appear,
// typed, documented and tested.
func TestNewEndpoint(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	spec := filepath.Join(root, consumerArea)
	edit(t, spec, "\npaths:\n", "\n  - name: codes.voice\n    description: Sends one-time passcodes by voice call.\npaths:\n"+newCall)
	edit(t, filepath.Join(root, consumer), "\n  schemas:\n", "\n  schemas:\n"+newSchema)
	if code, stdout, stderr := gen(t, "-C", root); code != exitFine {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	for name, want := range map[string]string{
		"stytch/client_gen.go":                 "Voice:",
		"stytch/codes_voice_gen.go":            "// Send sends a code by voice call.",
		"stytch/codes_voice_gen_test.go":       "func TestCodesVoiceService_Send(",
		"docs/reference/stytch-codes-voice.md": "## Codes.Voice.Send",
		"docs/reference/README.md":             "`POST /v1/codes/voice/send`",
		"README.md":                            "(docs/reference/README.md#stytch-codes) | 4 |",
	} {
		if !strings.Contains(string(read(t, filepath.Join(root, name))), want) {
			t.Errorf("%s does not contain %q", name, want)
		}
	}
	write(t, filepath.Join(root, "stytch/ring_test.go"), ringTest)
	goTest(t, root, "./stytch", "-run", "CodesVoiceService|Redaction", "-v")
}

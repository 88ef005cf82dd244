//go:build conformance

package conformance_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocuments builds the emulator, and runs with Node what docs/emulator says about it.
func TestDocuments(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "stytch-emulator")
	if output, err := exec.Command("go", "build", "-o", binary, "../cmd/stytch-emulator").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	emulator := exec.Command(binary, "--port", "0")
	stdout, err := emulator.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := emulator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emulator.Process.Kill(); _ = emulator.Wait() })
	var greeting strings.Builder
	for buffer := make([]byte, 1024); !strings.Contains(greeting.String(), "# Inbox"); {
		n, err := stdout.Read(buffer)
		if err != nil {
			t.Fatalf("the emulator ended: %v", err)
		}
		greeting.Write(buffer[:n])
	}
	var env []string
	url := ""
	for _, match := range regexp.MustCompile(`(?m)^export ((\w+)=(.*))$`).FindAllStringSubmatch(greeting.String(), -1) {
		env = append(env, match[1])
		if match[2] == "STYTCH_BASE_URL" {
			url = match[3]
		}
	}
	blocks := func(page string) (list []string) {
		data, err := os.ReadFile(filepath.Join("..", "docs", "emulator", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile("(?s)```js\n(.*?)```").FindAllStringSubmatch(string(data), -1) {
			list = append(list, strings.ReplaceAll(match[1], "http://127.0.0.1:8787", url))
		}
		return list
	}
	node, playwright := blocks("node.md"), blocks("playwright.md")
	if len(node) != 2 || len(playwright) != 6 {
		t.Fatalf("%d and %d scripts", len(node), len(playwright))
	}
	script := strings.Join(node, "\n") + `
if (!session.session_id) throw new Error("no session");
` + strings.Replace(playwright[1], "export ", "", 1) + `
await client.otps.sms.loginOrCreate({ phone_number: "+15005550006" });
const message = await messageTo("+15005550006");
if (!/^\d{6}$/.test(message.code)) throw new Error(JSON.stringify(message));
const moved = ` + strings.TrimPrefix(strings.TrimSpace(playwright[3]), "") + `
if (!moved.ok) throw new Error(await moved.text());
` + strings.ReplaceAll(playwright[4], "export ", "") + `
const inbox = async () => (await (await fetch(emulator + "/messages")).text());
const before = await inbox();
await saveSnapshot("before checkout");
await saveSnapshot("before checkout");
await fetch(emulator + "/messages", { method: "DELETE" });
await goBackTo("before checkout");
const after = await inbox();
if (!before.includes(message.id) || after !== before) throw new Error("the messages are not back: " + after);
await goBackTo("another").then(() => { throw new Error("no error"); }, (error) => { if (!error.message.startsWith("not restored")) throw error; });
await client.sessions.authenticate({ session_token: "none" }).then(
  () => { throw new Error("no error"); },
  (error) => { if (error.error_type !== "session_not_found") throw error; },
);
`
	run(t, env, "node", "--input-type=module", "--eval", script)
}

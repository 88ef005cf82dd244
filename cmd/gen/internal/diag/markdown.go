package diag

import "strings"

// Cell makes text safe for a cell of a Markdown table; what is in backticks is
// code and needs less.
func Cell(s string) string {
	s = strings.ReplaceAll(strings.Join(strings.Fields(Clean(s)), " "), "|", `\|`)
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 { // one backtick without its other: none is code
		parts = []string{strings.ReplaceAll(s, "`", "'")}
	}
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "#", `\#`, "@", "@\u2060").Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

// Span makes text a span of code that is safe for a cell of a Markdown table.
func Span(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(Clean(s), "|", `\|`) + fence
}

package wire

import (
	"encoding/json"
	"testing"
)

// The benchmarks read and write a typical answer, and do the same with encoding/json for comparison.

const benchText = `{"b":true,"e":"red","i":200,"ii":5,"s":"request-id-test-5a2c7f2e-7d3f-4c1b-9f0e-2b6f8a3c9d11",` +
	`"t":"2026-03-02T09:41:07Z","tt":"2026-03-02T09:41:07.25Z","ls":["reader","writer"],` +
	`"lo":[{"s":"user-test-16d9ba61-97a1-4ba4-9720-b03761dc50c6","oo":{"x":"Mozilla/5.0 (X11; Linux x86_64)","y":1}},` +
	`{"ss":"phone-number-test-d5a3b680-e8a3-40c0-b815-ab79986666d0","bb":false}],"ma":{"tier":"gold","seats":12}}`

func BenchmarkRead(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	var r Reader
	for b.Loop() {
		r.Reset(benchText)
		new(sample).readJSON(&r)
		if err := r.End(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadEncodingJSON(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	src := []byte(benchText)
	for b.Loop() {
		if err := json.Unmarshal(src, new(sample)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSkip(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	var r Reader
	for b.Loop() {
		r.Reset(benchText)
		r.Skip()
		if err := r.End(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	s := benchSample(b)
	b.ReportAllocs()
	buf := make([]byte, 0, 2*len(benchText))
	var w Writer
	for b.Loop() {
		w.Reset(buf)
		s.writeJSON(&w)
		if err := w.Err(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteEncodingJSON(b *testing.B) {
	s := benchSample(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(s); err != nil {
			b.Fatal(err)
		}
	}
}

func benchSample(b *testing.B) *sample {
	s := new(sample)
	r := NewReader(benchText)
	s.readJSON(r)
	if err := r.End(); err != nil {
		b.Fatal(err)
	}
	return s
}

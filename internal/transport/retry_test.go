package transport

import (
	"math"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{"007", 7 * time.Second},
		{"-7", 0},
		{"1.5", 0},
		{"7 ", 0},
		{"soon", 0},
		{"9223372036", 9223372036 * time.Second},
		{"9223372037", math.MaxInt64 / time.Second * time.Second},
		{"18446744073709551615", math.MaxInt64 / time.Second * time.Second},
		{"99999999999999999999", math.MaxInt64 / time.Second * time.Second},
		{"Mon, 02 Mar 2026 09:41:37 GMT", 30 * time.Second},
		{"Monday, 02-Mar-26 09:41:37 GMT", 30 * time.Second},
		{"Mon Mar  2 09:41:37 2026", 30 * time.Second},
		{"Mon, 02 Mar 2026 09:41:06 GMT", 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", math.MaxInt64},
	}
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			if got := retryAfter(tt.value, now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

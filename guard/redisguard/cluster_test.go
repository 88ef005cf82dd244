package redisguard

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestCluster runs against a cluster of one node. Like any cluster, it rejects scripts with keys in
// several slots.
func TestCluster(t *testing.T) {
	port := freePort(t)
	s := startServer(t, "--port", port, "--cluster-enabled", "yes")
	if err := s.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(s.ClusterInfo(t.Context()).Val(), "cluster_state:ok") {
		if t.Context().Err() != nil {
			t.Fatal("the cluster did not start")
		}
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:" + port}, ContextTimeoutEnabled: true})
	defer client.Close()
	if err := client.Eval(t.Context(), "return redis.call('MGET', KEYS[1], KEYS[2])", []string{"a", "b"}).Err(); err == nil {
		t.Fatal("keys in several slots are accepted")
	}
	store, err := New(client, Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, store)
	ask(t, g, phone, "allow")
	ask(t, g, phone, "wait")
	ask(t, g, "ada@example.com", "allow")
}

package transport

import (
	"context"
	"fmt"
	"iter"
)

// Pages loops over what a call finds, page by page. A page is fetched when the loop comes to it. An error ends the
// loop, and so does a cursor that the service has answered before: the pages would not end.
//
// cursor returns where a request takes the cursor of a page. page returns what is on a page and the cursor of the
// next, nil or empty on the last.
func Pages[Req, Resp, Item any](
	ctx context.Context, c *Client, ep *Endpoint[*Req, *Resp], req Req, opts []CallOption,
	cursor func(*Req) **string, page func(*Resp) ([]Item, *string),
) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		req := req // each loop begins again
		var none Item
		seen := map[string]bool{}
		for {
			if at := *cursor(&req); at != nil {
				seen[*at] = true
			}
			resp, err := Call(ctx, c, ep, &req, opts)
			if err != nil {
				yield(none, err)
				return
			}
			items, next := page(resp)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == nil || *next == "" {
				return
			}
			if seen[*next] {
				yield(none, fmt.Errorf("stytch: %s: the service answers a cursor again, so that the pages do not end: want another cursor for each page", ep.ID.String()))
				return
			}
			*cursor(&req) = next
		}
	}
}

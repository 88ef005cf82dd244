// Command hello makes no call. The other programs are compared with it.
package main

import "fmt"

func main() {
	fmt.Println("hello")
}

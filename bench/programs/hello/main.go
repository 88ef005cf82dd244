// Command hello is what the other programs stand beside: it calls nobody.
package main

import "fmt"

func main() {
	fmt.Println("hello")
}

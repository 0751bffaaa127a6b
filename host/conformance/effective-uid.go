// Says whose rights it has: the program of the image in which critest asks whether a set-user-ID file may raise them.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Printf("Effective uid: %d\n", os.Geteuid())
}

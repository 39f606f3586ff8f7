// Record asks sigs.k8s.io/yaml, by which kubectl and the API server read YAML, for the JSON of each text of a corpus.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

type reading struct {
	Text  string          `json:"text"`
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func read(text string) (r reading) {
	r.Text = text
	value, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		r.Error = err.Error()
	} else {
		r.Value = value
	}
	return r
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	fmt.Printf("{\"yaml\": %q, \"readings\": [\n", os.Args[1])
	for first := true; in.Scan(); first = false {
		var text string
		if err := json.Unmarshal(in.Bytes(), &text); err != nil {
			panic(err)
		}
		if !first {
			fmt.Print(",")
		}
		if err := out.Encode(read(text)); err != nil {
			panic(err)
		}
	}
	fmt.Println("]}")
}

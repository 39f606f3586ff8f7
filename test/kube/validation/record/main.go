// Record asks the code of the real API server for its verdict on each NetworkPolicy of a corpus.
//
// It takes a create request's path: the strict decoder with defaulting and conversion, the namespace of the request, the
// generated name, then the strategy's validation (rest.BeforeCreate), with the feature gates at their defaults, and once
// more without StrictIPCIDRValidation, as API servers before 1.36 judged.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/features"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
)

type problem struct {
	Field   string `json:"field"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

type verdict struct {
	Decode   string    `json:"decode,omitempty"`
	Problems []problem `json:"problems,omitempty"`
	Warnings []string  `json:"warnings,omitempty"`
}

// The strict verdict is that of the defaults; legacy is told where it differs.
type recorded struct {
	Name   string          `json:"name"`
	Object json.RawMessage `json:"object"`
	verdict
	Legacy *verdict `json:"legacy,omitempty"`
}

func judgeBoth(name string, object json.RawMessage) recorded {
	gate := func(value bool) {
		if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(map[string]bool{string(features.StrictIPCIDRValidation): value}); err != nil {
			panic(err)
		}
	}
	strict := judge(name, object)
	gate(false)
	legacy := judge(name, object)
	gate(true)
	r := recorded{Name: name, Object: object, verdict: strict}
	if len(legacy.Problems) != len(strict.Problems) {
		r.Legacy = &legacy
	}
	return r
}

type warnings struct{ texts []string }

func (w *warnings) AddWarning(_, text string) { w.texts = append(w.texts, text) }

func judge(name string, object json.RawMessage) verdict {
	said := &warnings{}
	v := verdict{}
	gvk := schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"}
	info, ok := runtime.SerializerInfoForMediaType(legacyscheme.Codecs.SupportedMediaTypes(), "application/json")
	if !ok {
		panic("no JSON serializer")
	}
	decoder := legacyscheme.Codecs.DecoderToVersion(info.StrictSerializer, networking.SchemeGroupVersion)
	decoded, _, err := decoder.Decode(object, &gvk, nil)
	if err != nil {
		strict, ok := runtime.AsStrictDecodingError(err)
		if !ok || decoded == nil {
			v.Decode = err.Error()
			return v
		}
		for _, each := range strict.Errors() {
			said.AddWarning("", each.Error())
		}
	}
	accessor, err := meta.Accessor(decoded)
	if err != nil {
		v.Decode = err.Error()
		return v
	}
	namespace := accessor.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{APIGroup: gvk.Group, APIVersion: gvk.Version, Resource: "networkpolicies"})
	ctx = warning.WithWarningRecorder(ctx, said)
	rest.FillObjectMetaSystemFields(accessor)
	if accessor.GetGenerateName() != "" && accessor.GetName() == "" {
		accessor.SetName(networkpolicy.Strategy.GenerateName(accessor.GetGenerateName()))
	}
	if err := rest.BeforeCreate(networkpolicy.Strategy, ctx, decoded); err != nil {
		var status apierrors.APIStatus
		if !errors.As(err, &status) || status.Status().Details == nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		for _, cause := range status.Status().Details.Causes {
			v.Problems = append(v.Problems, problem{cause.Field, string(cause.Type), cause.Message})
		}
		sortRuns(v.Problems)
		if len(v.Problems) == 0 {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
	}
	sort.Strings(said.texts)
	v.Warnings = said.texts
	return v
}

// Labels are validated in the order of a Go map, which is none: problems of one field are sorted, fields stay where they are.
func sortRuns(problems []problem) {
	for start, end := 0, 0; start < len(problems); start = end {
		for end = start; end < len(problems) && problems[end].Field == problems[start].Field; end++ {
		}
		run := problems[start:end]
		sort.SliceStable(run, func(i, j int) bool { return run[i].Message < run[j].Message })
	}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	fmt.Printf("{\"kubernetes\": %q, \"cases\": [", os.Args[1])
	for first := true; in.Scan(); first = false {
		var each struct {
			Name   string          `json:"name"`
			Object json.RawMessage `json:"object"`
		}
		if err := json.Unmarshal(in.Bytes(), &each); err != nil {
			panic(err)
		}
		if !first {
			fmt.Print(",")
		}
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetEscapeHTML(false)
		fmt.Println()
		if err := encoder.Encode(judgeBoth(each.Name, each.Object)); err != nil {
			panic(err)
		}
	}
	fmt.Println("]}")
}

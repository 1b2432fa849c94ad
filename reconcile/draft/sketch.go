package draft

// This file: bounded summaries of a column's values.

import (
	"container/heap"
	"sort"
)

// Sizes of the summaries of one column.
const (
	kmvSize   = 512 // smallest hashes kept
	vocabSize = 48  // distinct words counted exactly
	vocabLen  = 64  // bytes of a word that is counted
)

// hash64 is FNV-1a with a finisher: the same for the same bytes on every machine.
func hash64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

type hashes []uint64

func (h hashes) Len() int           { return len(h) }
func (h hashes) Less(i, j int) bool { return h[i] > h[j] }
func (h hashes) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *hashes) Push(x any)        { *h = append(*h, x.(uint64)) }
func (h *hashes) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// kmv keeps the values with the smallest hashes: a uniform sample of the distinct values, and their number.
type kmv struct {
	heap  hashes
	vals  map[uint64]string
	again map[uint64]bool // kept values that came more than once
}

func (k *kmv) add(s string) {
	h := hash64(s)
	if len(k.heap) == kmvSize && h >= k.heap[0] {
		return
	}
	if _, ok := k.vals[h]; ok {
		if k.again == nil {
			k.again = map[uint64]bool{}
		}
		k.again[h] = true
		return
	}
	if k.vals == nil {
		k.vals = map[uint64]string{}
	}
	if len(s) > 256 {
		s = s[:256]
	}
	k.vals[h] = string([]byte(s))
	heap.Push(&k.heap, h)
	if len(k.heap) > kmvSize {
		h := heap.Pop(&k.heap).(uint64)
		delete(k.vals, h)
		delete(k.again, h)
	}
}

// distinct estimates the number of different values; exact below kmvSize.
func (k *kmv) distinct() float64 {
	if len(k.heap) < kmvSize {
		return float64(len(k.heap))
	}
	return float64(kmvSize-1) / (float64(k.heap[0]) / float64(1<<63) / 2)
}

// repeats is which part of the distinct values came more than once: exact for those that are kept, which
// have been kept since they first came.
func (k *kmv) repeats() float64 {
	if len(k.vals) == 0 {
		return 0
	}
	return float64(len(k.again)) / float64(len(k.vals))
}

// sample gives the kept values in the order of their hashes.
func (k *kmv) sample() []string {
	hs := append(hashes(nil), k.heap...)
	sort.Slice(hs, func(i, j int) bool { return hs[i] < hs[j] })
	out := make([]string, len(hs))
	for i, h := range hs {
		out[i] = k.vals[h]
	}
	return out
}

// within estimates which share of the child's values the parent has, and on how many values that rests:
// those whose hash would have been kept by the parent.
func (k *kmv) within(parent *kmv) (share float64, of int) {
	limit := ^uint64(0)
	if len(parent.heap) == kmvSize {
		limit = parent.heap[0]
	}
	hit := 0
	for h := range k.vals {
		if h > limit {
			continue
		}
		of++
		if _, ok := parent.vals[h]; ok {
			hit++
		}
	}
	if of == 0 {
		return 0, 0
	}
	return float64(hit) / float64(of), of
}

// vocabulary counts words exactly as long as there are few.
type vocabulary struct {
	count map[string]int64
	over  bool
}

func (v *vocabulary) add(s string) {
	if v.over {
		return
	}
	if v.count == nil {
		v.count = map[string]int64{}
	}
	if _, ok := v.count[s]; !ok && (len(v.count) >= vocabSize || len(s) > vocabLen) {
		v.over, v.count = true, nil
		return
	}
	v.count[string([]byte(s))]++
}

// list gives the words, the most frequent first.
func (v *vocabulary) list() []string {
	out := make([]string, 0, len(v.count))
	for w := range v.count {
		out = append(out, w)
	}
	sort.Slice(out, func(i, j int) bool {
		if a, b := v.count[out[i]], v.count[out[j]]; a != b {
			return a > b
		}
		return out[i] < out[j]
	})
	return out
}

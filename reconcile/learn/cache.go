package learn

// This file: slots are cut from a reading several times; a bounded number of readings keeps them.

import "salvage/model"

// maxCached bounds the memory of the cache: about four kilobytes a reading.
const maxCached = 120_000

// slotCache hands out the slots of readings by index. Two goroutines never ask for the same index at once.
type slotCache struct {
	readings []*model.Reading
	vocab    *vocab
	kept     [][]slot
}

func newSlotCache(rs []*model.Reading, v *vocab) *slotCache {
	return &slotCache{readings: rs, vocab: v, kept: make([][]slot, min(len(rs), maxCached))}
}

// of gives the slots of reading i.
func (c *slotCache) of(i int) []slot {
	if i >= len(c.kept) {
		return slotsOf(c.readings[i], c.vocab)
	}
	if c.kept[i] == nil {
		c.kept[i] = slotsOf(c.readings[i], c.vocab)
	}
	return c.kept[i]
}

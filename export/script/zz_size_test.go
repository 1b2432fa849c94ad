package script_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"salvage/model"
)

func TestZZSize(t *testing.T) {
	s, db := company(t)
	s.Query(t, db, `INSERT INTO cars (plate) SELECT 'X' || n FROM generate_series(1, 400) n`)
	s.Query(t, db, `INSERT INTO hires (reference, client_id, car_id, from_at, to_at) SELECT 'Z' || n, 1, 41 + n % 400, timestamptz '2020-01-01+00' + (n / 400) * interval '1 day', timestamptz '2020-01-01 12:00+00' + (n / 400) * interval '1 day' FROM generate_series(1, 200000) n`)
	s.Query(t, db, `ANALYZE`)
	var rows []model.PlanRow
	for i := range 8000 {
		rows = append(rows, insert("hires", fmt.Sprintf("reservation:%d", i), fmt.Sprint(80000+i), "reference", fmt.Sprintf("N%d", i), "client_id", "1", "car_id", fmt.Sprint(41+i%400),
			"from_at", fmt.Sprintf("2025-%02d-%02dT10:00:00+00", 1+i/400/28, 1+i/400%28), "to_at", fmt.Sprintf("2025-%02d-%02dT12:00:00+00", 1+i/400/28, 1+i/400%28)))
	}
	for i := range 8000 {
		rows = append(rows, insert("receipts", fmt.Sprintf("payment:%d", i), "", "hire_id", fmt.Sprintf("->reservation:%d public.hires", i), "pence", "5000", "psp", fmt.Sprintf("ch_n%d", i)))
	}
	p := plan(t, s, db, "cacacacacaca", rows...)
	p.Fence[0].Floor = 800000
	t0 := time.Now()
	e := write(t, s, db, p)
	fmt.Println("write", time.Since(t0))
	for _, f := range append(numbered, "undo/90_rollback.sql") {
		t0 = time.Now()
		out, ok := e.try(f, "-c", "\\timing on")
		if !ok { t.Fatal(out) }
		for _, l := range strings.Split(out, "\n") { var ms float64; fmt.Sscanf(l, "Time: %f", &ms); if ms > 100 { fmt.Println("   ", l) } }
		fmt.Println(f, time.Since(t0))
	}
}

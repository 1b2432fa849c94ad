package backup_test

// This file: dumps of MySQL as other programs and older versions write them, and damaged ones.

import (
	"strings"
	"testing"

	"salvage/model"

	"github.com/stretchr/testify/require"
)

const (
	myHead = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Server version\t8.0.36\n\n/*!50503 SET NAMES utf8mb4 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\n"
	myTail = "/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2026-01-24  8:00:01\n"
	myT    = "CREATE TABLE `t` (\n  `a` int NOT NULL,\n  `b` text\n) ENGINE=InnoDB;\n"
)

func TestMyHealth(t *testing.T) {
	for name, c := range map[string]struct {
		dump  string
		fatal bool
		says  string
	}{
		"whole":            {myHead + myT + "INSERT INTO `t` VALUES (1,'x');\n" + myTail, false, ""},
		"no footer":        {myHead + myT + "INSERT INTO `t` VALUES (1,'x');\n", true, "no closing lines"},
		"in a string":      {myHead + myT + "INSERT INTO `t` VALUES (1,'x", true, "a quoted text that begins in line"},
		"in an insert":     {myHead + myT + "INSERT INTO `t` VALUES (1,'x')", true, "middle of an INSERT"},
		"in a comment":     {myHead + myT + "INSERT INTO `t` VALUES (1,'x');\n/*!40000 ALTER TABLE `t` ENABLE KEYS ", true, "cut short"},
		"no rows":          {myHead + myT + myTail, true, "holds no rows"},
		"no tables":        {myHead + myTail, true, "declares no tables"},
		"rows only":        {myHead + "INSERT INTO `t` VALUES (1,'x');\n" + myTail, true, "declares none"},
		"too many values":  {myHead + myT + "INSERT INTO `t` VALUES (1,'x'),(1,'x',3);\n" + myTail, true, "1 rows do not have"},
		"unknown column":   {myHead + myT + "INSERT INTO `t` (`a`,`z`) VALUES (1,'x');\n" + myTail, true, `column "z" is not declared`},
		"of a query":       {myHead + myT + "INSERT INTO `t` SELECT 1, 'x';\nINSERT INTO `t` VALUES (1,'x');\n" + myTail, true, "without a server (SELECT)"},
		"tab":              {myHead + myT + "LOAD DATA INFILE 'x' INTO TABLE t;\n" + myTail, true, "made with --tab?"},
		"two dumps":        {myHead + myT + "INSERT INTO `t` VALUES (1,'x');\nDROP TABLE IF EXISTS `t`;\n" + myTail, true, "several dumps"},
		"expression":       {myHead + myT + "INSERT INTO `t` VALUES (1+1,now());\n" + myTail, false, "2 values are expressions"},
		"complaint":        {"mysqldump: [Warning] Using a password on the command line interface can be insecure.\n" + myHead + myT + "INSERT INTO `t` VALUES (1,'x');\nmysqldump: Error 2013: Lost connection to MySQL server during query\n" + myTail, false, "mysqldump: Error 2013: Lost connection"},
		"undeclared":       {myHead + myT + "INSERT INTO `t` VALUES (1,'x');\nINSERT INTO `z` VALUES (1);\n" + myTail, false, "does not declare; they were not read: z"},
		"skip-comments":    {strings.ReplaceAll(myHead, "-- ", "# ") + myT + "INSERT INTO `t` VALUES (1,'x');\n" + strings.Split(myTail, "\n")[0], false, ""},
		"skip-tz-utc":      {strings.Replace(myHead, "/*!40103 SET TIME_ZONE='+00:00' */;\n", "", 1) + "CREATE TABLE t (a timestamp) ENGINE=x;INSERT INTO `t` VALUES ('2024-01-01 10:00:00');\n" + myTail, false, "does not say in which zone"},
		"shift-jis":        {strings.Replace(myHead, "utf8mb4", "sjis", 1) + myT + "INSERT INTO `t` VALUES (1,'x');\n" + myTail, true, "written in sjis"},
		"windows in utf-8": {myHead + myT + "INSERT INTO `t` VALUES (1,'caf\xe9');\n" + myTail, false, "1 cells are not in the declared encoding utf8mb4 and were read as windows-1252"},
	} {
		t.Run(name, func(t *testing.T) {
			h := openBytes(t, []byte(c.dump)).Health()
			require.Equal(t, c.fatal, h.Fatal, h.Problems)
			if c.says == "" {
				require.Empty(t, h.Problems)
				require.True(t, h.Footer)
			}
			require.Contains(t, strings.Join(h.Problems, "\n"), c.says)
		})
	}
	h := openBytes(t, []byte(myHead+myT+"INSERT INTO `t` VALUES (1,'x');\n"+myTail)).Health()
	require.Equal(t, "mysqldump", h.Format)
	require.Equal(t, "8.0.36", h.Server)
	require.Equal(t, "2026-01-24T08:00:01", h.CutLocal)
}

func TestMyValues(t *testing.T) {
	sql := myHead + "CREATE TABLE `v` (`i` int, `s` text, `b` varbinary(9), `f` bit(4), `d` datetime, `g` int GENERATED ALWAYS AS (`i` * 2) STORED, `z` timestamp) ENGINE=InnoDB;\n" +
		`INSERT INTO v VALUES (-1,'a' 'b',_binary 'x\0\'',b'101','0000-00-00 00:00:00',7,'2024-01-01 10:00:00.5'),(0x10,_utf8mb4'é',0xFF,_binary '` + "\x05" + `',NULL,DEFAULT,NULL);
		REPLACE INTO v (s, i) VALUES ("dou""ble",+2),(N'n\n\Z\%\_\q',TRUE);
		INSERT LOW_PRIORITY IGNORE v (z, b) VALUE (TIMESTAMP'2024-01-02 03:04:05', X'') ON DUPLICATE KEY UPDATE i = 1;
		INSERT INTO v () VALUES ();
		INSERT INTO v (s) VALUES (_latin1'` + "\xe9" + `'),(0x414243);` + "\n" + myTail
	b := openBytes(t, []byte(sql))
	require.False(t, b.Health().Fatal, b.Health().Problems)
	var got []string
	require.NoError(t, b.Each("v", func(r *model.Row) error {
		var parts []string
		for i, c := range r.Cols {
			if r.Values[i] == nil {
				parts = append(parts, c+"=NULL")
			} else {
				parts = append(parts, c+"="+*r.Values[i])
			}
		}
		got = append(got, strings.Join(parts, "|"))
		return nil
	}))
	require.Equal(t, []string{
		`i=-1|s=ab|b=\x780027|f=0101|d=NULL|z=2024-01-01 10:00:00.5+00`,
		`i=16|s=é|b=\xff|f=0101|d=NULL|z=NULL`,
		`s=dou"ble|i=2`, "s=n\n\x1a\\%\\_q|i=1",
		`z=2024-01-02 03:04:05+00|b=\x`, "", `s=é`, `s=ABC`,
	}, got)
	require.Contains(t, strings.Join(b.Health().Problems, "\n"), "column v.d: 1 dates of nothing but zeros")
}

// TestPHPMyAdmin reads a dump that declares its keys by ALTER TABLE and has no closing comment.
func TestPHPMyAdmin(t *testing.T) {
	sql := "-- phpMyAdmin SQL Dump\n-- version 5.2.1\n-- Server version: 10.6.16-MariaDB\n\nSET SQL_MODE = \"NO_AUTO_VALUE_ON_ZERO\";\nSTART TRANSACTION;\nSET time_zone = \"+00:00\";\n\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n/*!40101 SET NAMES utf8mb4 */;\n" +
		"CREATE TABLE `orders` (\n  `id` int(11) NOT NULL,\n  `customer` int(11) NOT NULL,\n  `flag` bit(1) NOT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\nINSERT INTO `orders` (`id`, `customer`, `flag`) VALUES\n(1, 5, b'1'),\n(2, 6, b'0');\n" +
		"CREATE TABLE `stand_in` (\n`id` int(11)\n);\nDROP TABLE IF EXISTS `stand_in`;\nCREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `stand_in` AS SELECT `orders`.`id` AS `id` FROM `orders` ;\n" +
		"ALTER TABLE `orders`\n  ADD PRIMARY KEY (`id`),\n  ADD UNIQUE KEY `c` (`customer`,`id`),\n  ADD KEY `k` (`customer`);\nALTER TABLE `orders`\n  MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=3;\nALTER TABLE `orders`\n  ADD CONSTRAINT `f` FOREIGN KEY (`customer`) REFERENCES `people` (`id`) ON DELETE CASCADE;\n"
	end := "COMMIT;\n\n/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n"
	b := openBytes(t, []byte(sql+end))
	require.Equal(t, "phpMyAdmin", b.Health().Format)
	require.Empty(t, b.Health().Problems)
	require.Equal(t, "10.6.16-MariaDB", b.Health().Server)
	require.Len(t, b.Schema().Tables, 1)
	o := b.Schema().Table("orders")
	require.Equal(t, []string{"id"}, o.PrimaryKey)
	require.Equal(t, [][]string{{"customer", "id"}}, o.Unique)
	require.Equal(t, []model.ForeignKey{{Columns: []string{"customer"}, Table: "people", References: []string{"id"}}}, o.Foreign)
	require.Equal(t, &model.Column{Name: "id", Type: "int(11)", NotNull: true, Identity: "by default", Sequence: "orders"}, o.Columns[0])
	require.Equal(t, map[string]int64{"orders": 2}, b.Sequences)
	require.Equal(t, []string{`id="1" customer="5" flag="1"`, `id="2" customer="6" flag="0"`}, cellsOf(t, b, o))
	require.True(t, openBytes(t, []byte(sql)).Health().Fatal, "without the closing lines it was cut short")
}

-- A small company with everything in its schema and rows that trips readers of dumps. Loaded into a real server by the tests.
CREATE TABLE clients (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL DEFAULT 'it''s; -- "x"' COMMENT 'KEY (`a`), PRIMARY KEY (`b`)',
  `odd ``name``; --` MEDIUMTEXT, flags BIT(10), yes BIT(1), active TINYINT(1) NOT NULL DEFAULT 1, grade TINYINT(1), born DATE, seen DATETIME(6), stamped TIMESTAMP(3) NULL,
  touched TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, stage ENUM('open','on hire','it''s "over"','a,b)') NOT NULL DEFAULT 'open',
  extras SET('x','y;z'), extra JSON, upper_name VARCHAR(400) AS (UPPER(name)) VIRTUAL, twice INT AS (grade * 2) STORED,
  photo LONGBLOB, code BINARY(4), token VARBINARY(20), u UUID, ratio DOUBLE, small FLOAT, balance DECIMAL(12,2), y YEAR, clock TIME(2), place POINT,
  big BIGINT UNSIGNED, padded INT(6) ZEROFILL,
  UNIQUE KEY lead (name(5)), UNIQUE KEY two (born, id), FULLTEXT KEY ft (name), KEY k (seen), CONSTRAINT positive CHECK (balance >= -100 AND name <> ');')
) COMMENT='AUTO_INCREMENT=99' DEFAULT CHARSET=utf8mb4;
CREATE TABLE hires (
  id BIGINT NOT NULL AUTO_INCREMENT, client INT UNSIGNED, cents INT, PRIMARY KEY (id), UNIQUE KEY once (client, cents),
  CONSTRAINT hires_client FOREIGN KEY (client) REFERENCES clients (id) ON DELETE SET NULL ON UPDATE CASCADE
) AUTO_INCREMENT=1000;
CREATE TABLE western (id INT PRIMARY KEY, word VARCHAR(40) CHARACTER SET latin1) DEFAULT CHARSET=latin1;
CREATE TABLE `empty` (x INT);
CREATE TABLE receipts (id INT, paid DATE, pence INT, PRIMARY KEY (id, paid)) PARTITION BY RANGE (YEAR(paid)) (PARTITION p0 VALUES LESS THAN (2025), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE VIEW seen AS SELECT id, name FROM clients;
DELIMITER ;;
CREATE TRIGGER touch BEFORE UPDATE ON clients FOR EACH ROW BEGIN SET NEW.touched = NOW(); /* ; */ SET @a = 'INSERT INTO clients VALUES (1);'; END;;
CREATE FUNCTION twice(a INT) RETURNS INT DETERMINISTIC BEGIN RETURN a * 2; END;;
DELIMITER ;
SET time_zone = '+00:00';
INSERT INTO clients (name, `odd ``name``; --`, flags, yes, active, grade, born, seen, stamped, touched, stage, extras, extra, photo, code, token, u, ratio, small, balance, y, clock, place, big, padded) VALUES
 ('tab	and \\ backslash', 'quote '' " ` \'', b'1000000001', b'1', 1, 5, '1970-01-01', '2025-01-01 12:00:00.123456', '2025-06-01 12:00:00.5', '2025-01-01 00:00:01', 'it''s "over"', 'x,y;z', '{"k": "v\\n\\t"}', x'00ff5c0927220a0d1a', x'0102', x'5c27', '123e4567-e89b-12d3-a456-426655440000', 1e20, 0.1, 1.50, 2024, '12:34:56.7', POINT(1, 2.5), 18446744073709551615, 42),
 ('line\nbreak\r\vend', 'C:\\new\\table \\0 \\% \\_ \%', b'0', b'0', 0, 0, '2000-02-29', '2025-03-09 02:30:00', NULL, '2025-01-01 00:00:01', 'a,b)', '', 'null', '', NULL, '', NULL, -1.5e-300, -3.25, -99.99, NULL, '-01:00:00', NULL, 0, 0),
 ('\\N', 'NULL', NULL, NULL, 1, NULL, NULL, NULL, NULL, '2025-01-01 00:00:01', 'open', NULL, '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('', '', b'1111111111', NULL, 1, NULL, NULL, NULL, NULL, '2025-01-01 00:00:01', 'open', NULL, NULL, REPEAT(x'0001fe', 1000), NULL, NULL, NULL, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('INSERT INTO `clients` VALUES (1,''x''); -- /* */ /*!50000 x */ DELIMITER ;; # ', '-- Dump completed on 2020-01-01  1:02:03', NULL, NULL, 1, NULL, NULL, NULL, NULL, '2025-01-01 00:00:01', 'open', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (' Ελένη Ångström 王小明 🚗 ; ', CONCAT(CHAR(1 USING utf8mb4), CHAR(8 USING utf8mb4), CHAR(26 USING utf8mb4), CHAR(31 USING utf8mb4), CHAR(127 USING utf8mb4), 'x  '), NULL, NULL, 1, NULL, NULL, NULL, NULL, '2025-01-01 00:00:01', 'open', NULL, '{"é": 1}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('Robert''); DROP TABLE clients;--', REPEAT('long text ''\\ ', 20000), NULL, NULL, 1, NULL, NULL, NULL, NULL, '2025-01-01 00:00:01', 'open', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO hires (client, cents) SELECT 1 + seq % 7, seq FROM seq_1_to_300;
INSERT INTO western VALUES (1, 'Jürgen € “x”'), (2, 'café');
INSERT INTO receipts VALUES (1, '2024-05-01', 100), (2, '2025-05-01', 200), (3, '2026-05-01', 300);
SET sql_mode = '';
INSERT INTO receipts VALUES (4, '0000-00-00', 400);

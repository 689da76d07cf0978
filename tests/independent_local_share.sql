-- La part locale d'un fichier tabulaire, recalculée sans une ligne de Gisement, d'après les règles publiées
-- (docs/decisions/0002) : une requête que l'on peut lire, et contester.
--
-- Entrées : la table `line` (le CSV tel quel, tout en texte) et `commune` (code, SIREN, intercommunalité, département,
-- habitants) ; le territoire est un département, l'anneau aussi.
-- Sortie : la vue `share` : par département d'acheteur, les centimes qui y restent (part), qui partent (rest), et dont on
-- ne sait rien (unknown).

-- 1. Une ligne du fichier est un titulaire d'un marché. Un numéro ne se compare que sans ponctuation, casse ni zéros de tête.
CREATE VIEW published AS
SELECT DISTINCT
    substr(acheteur_id, 1, 9) AS buyer,
    acheteur_id AS buyer_id,
    regexp_replace(regexp_replace(upper(id), '[^A-Z0-9]', '', 'g'), '^0+', '') AS number,
    dateNotification AS day,
    round(montant::DECIMAL(18, 4) * 100)::BIGINT AS cents,
    codeCPV AS cpv, dureeMois AS months, offresRecues AS offers,
    regexp_replace(upper(titulaire_id), '[^A-Z0-9]', '', 'g') AS holder
FROM line;

-- 2. Un montant symbolique (1 € au plus), absurde (3 milliards), ou fait d'un chiffre répété ou de chiffres qui se suivent
--    (à partir de 100 M€) n'entre dans aucune somme ; le marché reste.
CREATE MACRO trusted(cents) AS CASE
    WHEN cents <= 100 OR cents >= 300000000000 THEN NULL
    WHEN cents >= 10000000000 AND len(list_distinct(string_split((cents // 100)::VARCHAR, ''))) = 1 THEN NULL
    WHEN cents >= 10000000000 AND starts_with('12345678901234', (cents // 100)::VARCHAR) THEN NULL
    ELSE cents END;

-- 3. Même acheteur, même numéro, mêmes jour, montant, CPV, durée et nombre d'offres : un seul marché. Les lignes qui ne
--    diffèrent que par le titulaire en sont le groupement, les autres des répétitions.
CREATE TABLE award AS
SELECT row_number() OVER (ORDER BY buyer, number, day, cents, cpv, months, offers) AS award, * FROM (
    SELECT buyer, number, day, cents, cpv, months, offers, min(buyer_id) AS buyer_id,
           coalesce(list_sort(list(DISTINCT holder) FILTER (holder IS NOT NULL)), []) AS holders
    FROM published GROUP BY buyer, number, day, cents, cpv, months, offers
);

-- 4. Le même marché sous deux écritures de son numéro : mêmes acheteur, jour, montant et titulaires ; et le numéro est le
--    même sans l'année qui le précède ou le « 00 » qui le suit, ou l'un est le début de l'autre (tronqué).
CREATE TABLE spelled AS
SELECT *, regexp_replace(
    regexp_replace(regexp_replace(number, '^(19|20)[0-9]{2}(.{3})', '\2'), '^(.{3,})00$', '\1'), '^0+', '') AS loose
FROM award WHERE len(holders) > 0;
CREATE TABLE twin AS
SELECT DISTINCT b.award FROM spelled a JOIN spelled b
    ON (a.buyer, a.day, a.cents, a.holders) = (b.buyer, b.day, b.cents, b.holders)
    AND (a.loose = b.loose OR (length(a.loose) >= 10 AND starts_with(b.loose, a.loose))) AND a.award <> b.award
    AND (a.loose, a.number, a.award) < (b.loose, b.number, b.award);

-- 5. Sous un même numéro, mêmes CPV, durée et nombre d'offres à des jours tous différents : des états successifs d'un même
--    marché (il faut aussi les mêmes titulaires, si deux marchés du même jour se mêlent). Tout le reste : des lots.
CREATE TABLE state AS
WITH kept AS (SELECT * FROM award ANTI JOIN twin USING (award)),
one_a_day AS (
    SELECT *, count(*) OVER wide = count(DISTINCT day) OVER wide AS is_wide,
           count(*) OVER narrow = count(DISTINCT day) OVER narrow AS is_narrow
    FROM kept
    WINDOW wide AS (PARTITION BY buyer, number, cpv, months, offers),
           narrow AS (PARTITION BY buyer, number, cpv, months, offers, holders)
)
SELECT *, CASE WHEN is_wide THEN [buyer, number, cpv, months, offers]
               WHEN is_narrow THEN [buyer, number, cpv, months, offers, array_to_string(holders, '+')]
               ELSE [award::VARCHAR] END AS contract
FROM one_a_day;

-- 6. Le dernier état fait foi : son montant, et ses titulaires s'il en nomme. L'acheteur est celui du premier état.
CREATE TABLE current AS
SELECT contract, arg_min(buyer_id, day) AS buyer_id,
       arg_max(trusted(cents), day) FILTER (trusted(cents) IS NOT NULL) AS cents,
       coalesce(arg_max(holders, day) FILTER (len(holders) > 0), [NULL]) AS holders
FROM state GROUP BY contract;

-- 7. Le montant d'un groupement se partage à parts égales, le reste en centimes allant au premier titulaire par identifiant.
CREATE TABLE part AS
SELECT contract, buyer_id, unnest(holders) AS holder,
       cents // len(holders) + CASE WHEN generate_subscripts(holders, 1) = 1 THEN cents % len(holders) ELSE 0 END AS cents
FROM current;

-- 8. Où est un titulaire : le département qu'en donne le fichier ; à défaut on ne sait pas, sauf un numéro d'un autre pays.
CREATE TABLE located AS
SELECT DISTINCT regexp_replace(upper(titulaire_id), '[^A-Z0-9]', '', 'g') AS holder, min(titulaire_departement_code) AS department
FROM line WHERE titulaire_id IS NOT NULL GROUP BY 1;

-- 9. Où est un acheteur : le SIREN d'une commune ou d'une intercommunalité (département le plus peuplé), sinon le fichier,
--    sinon le département écrit dans le SIREN d'un organisme local (3e et 4e chiffres).
CREATE TABLE seat AS
WITH epci AS (
    SELECT epci_code, arg_max(department_code, (inhabitants, -rank)) AS department FROM (
        SELECT epci_code, department_code, sum(population) AS inhabitants, row_number() OVER (ORDER BY department_code) AS rank
        FROM commune GROUP BY epci_code, department_code) GROUP BY epci_code
),
buyer AS (SELECT acheteur_id AS buyer_id, min(acheteur_departement_code) AS told FROM line GROUP BY acheteur_id)
SELECT buyer_id, coalesce(c.department_code, e.department, told, CASE
    WHEN substr(buyer_id, 1, 2) IN ('17', '19', '21', '22', '24', '25', '26', '27', '28')
         AND substr(buyer_id, 3, 2) IN (SELECT department_code FROM commune) THEN substr(buyer_id, 3, 2) END) AS department
FROM buyer
LEFT JOIN commune c ON c.siren = substr(buyer_id, 1, 9)
LEFT JOIN epci e ON e.epci_code = substr(buyer_id, 1, 9);

CREATE VIEW share AS
SELECT s.department,
       coalesce(sum(cents) FILTER (l.department = s.department), 0)::BIGINT AS part,
       coalesce(sum(cents) FILTER (l.department <> s.department OR is_foreign), 0)::BIGINT AS rest,
       coalesce(sum(cents) FILTER (l.department IS NULL AND NOT is_foreign), 0)::BIGINT AS unknown,
       count(*) AS rows
FROM (SELECT *, coalesce(regexp_matches(holder, '^[A-Z]{2}[0-9]+$') AND NOT starts_with(holder, 'FR'), false) AS is_foreign FROM part) p
LEFT JOIN located l USING (holder) JOIN seat s USING (buyer_id)
GROUP BY s.department;

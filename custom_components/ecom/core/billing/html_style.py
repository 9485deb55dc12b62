"""How a statement looks: one style sheet, for the screen and for A4 paper."""

from typing import Final

from .markup import Markup

STYLE: Final = Markup("""
@page { size: A4; margin: 16mm 15mm 18mm; }
:root { --ink: #1b2430; --soft: #5b6776; --line: #d5dbe3; --tint: #f3f6f9; --accent: #0b6b5c; }
* { box-sizing: border-box; }
html { background: #e9edf1; }
body { font: 9.5pt/1.4 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: var(--ink);
  max-width: 210mm; margin: 8mm auto; padding: 14mm 15mm; background: #fff; }
h1 { font-size: 20pt; line-height: 1.15; margin: 0 0 2mm; letter-spacing: -0.01em; }
h2 { font-size: 12.5pt; margin: 7mm 0 2.5mm; padding-bottom: 1.2mm;
  border-bottom: 0.5mm solid var(--accent); }
h3 { font-size: 10pt; margin: 5mm 0 1.5mm; color: var(--soft); }
p { margin: 0 0 1.5mm; }
.top { display: flex; justify-content: space-between; gap: 12mm; }
.top > div { flex: 1; }
.about { text-align: right; color: var(--soft); }
.draft { color: #a33b16; font-weight: 700; text-transform: uppercase; letter-spacing: .06em; }
.parties { display: flex; gap: 12mm; margin: 9mm 0 7mm; }
.parties > div { flex: 1; }
.kind { color: var(--soft); font-size: 8.5pt; text-transform: uppercase; letter-spacing: .06em; }
.who { font-weight: 700; }
.big { display: flex; justify-content: space-between; align-items: baseline; gap: 8mm;
  background: var(--tint); border-left: 1.4mm solid var(--accent); padding: 4.5mm 6mm; }
.big .sum { font-size: 24pt; font-weight: 700; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; margin: 0 0 3mm; }
th { text-align: left; font-size: 8.5pt; font-weight: 600; color: var(--soft);
  border-bottom: 0.3mm solid var(--ink); padding: 1mm 2mm 1mm 0; vertical-align: bottom; }
td { border-bottom: 0.2mm solid var(--line); padding: 0.9mm 2mm 0.9mm 0; vertical-align: top; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
  padding-right: 0; padding-left: 3mm; }
.basis { display: block; color: var(--soft); font-size: 8.5pt; }
.sums { width: 62%; margin-left: 38%; }
.sums tr:last-child td { font-weight: 700; border-bottom: 0; }
.stay { font-weight: 700; margin-top: 5mm; }
.sharing tr:last-child td { font-weight: 700; border-bottom: 0; }
.soft, .notes { color: var(--soft); font-size: 8.5pt; }
.notes { padding-left: 4mm; }
svg { display: block; width: 100%; height: auto; margin: 1mm 0 3mm; }
.bar { fill: var(--accent); }
.axis { stroke: var(--line); stroke-width: 1; }
svg text { font-size: 11px; fill: var(--soft); }
.annex { break-before: page; }
tr, .big, .parties, svg { break-inside: avoid; }
thead { display: table-header-group; }
h2, h3 { break-after: avoid; }
@media print {
  html { background: none; }
  body { margin: 0; padding: 0; max-width: none; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
""")

"""The look of the report, on screen and on paper; nothing is loaded from anywhere."""

STYLESHEET = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1d1d1f; line-height: 1.5;
  font-family: "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; font-size: 16px; }
main, header, footer { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 10px; }
h2 { font-size: 22px; margin: 44px 0 10px; padding-top: 10px; border-top: 2px solid #e3e3e6; }
h3 { font-size: 17px; margin: 24px 0 6px; }
p, li { max-width: 82ch; }
.finding { font-size: 19px; line-height: 1.45; max-width: 78ch; }
.notice { display: inline-block; margin: 0 0 14px; padding: 6px 12px; border: 1px solid #b45309;
  border-left-width: 6px; background: #fff7ed; color: #7c2d12; font-weight: 600; }
.small { font-size: 14px; color: #4b4b50; }
.files { font-size: 14px; color: #4b4b50; margin: 4px 0 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 14px 0 0;
  font-size: 15px; }
a { color: #0b57a4; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 12px 0; font-size: 15px; }
caption { text-align: left; font-size: 14px; color: #4b4b50; padding: 0 0 6px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid #e3e3e6; }
thead th { border-bottom: 2px solid #8a8a90; font-weight: 600; }
tbody th { font-weight: 600; }
table.facts th { width: 15em; font-weight: 600; }
table.facts td { max-width: 70ch; }
figure { margin: 22px 0 34px; }
figure svg, figure img { display: block; width: 100%; height: auto; }
figcaption { font-size: 15px; margin-top: 10px; max-width: 90ch; }
figcaption strong { font-weight: 600; }
pre { background: #f5f5f7; padding: 12px 14px; overflow-x: auto; white-space: pre-wrap; font-size: 14px;
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: 0.92em; overflow-wrap: anywhere; }
.bar { display: block; width: 260px; height: 14px; }
footer { padding: 24px 24px 48px; font-size: 14px; color: #4b4b50; }
@media print {
  @page { size: A4; margin: 14mm; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding: 0; }
  nav { display: none; }
  h2 { break-after: avoid; margin-top: 18pt; }
  tr, figcaption { break-inside: avoid; }
  figure svg, figure img { max-height: 240mm; width: auto; max-width: 100%; }
  table { font-size: 9pt; }
  .wide { overflow: visible; }
}
"""

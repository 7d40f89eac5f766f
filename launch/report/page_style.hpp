// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace athanor {

/// The style sheet of a report. Colours s0 to s7 are those of Okabe and Ito ("Color Universal
/// Design", 2008), which people with any kind of colour vision can tell apart, a little darker on
/// white and lighter on black.
inline constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--back:#fff;--card:#f5f6f8;--ink:#1b1f24;--soft:#57606a;
--rule:#d8dee4;
--good:#00734f;--bad:#b3401c;--c0:#0068a8;--c1:#d98e00;--c2:#009069;--c3:#cc5500;--c4:#b4608f;
--c5:#48a0d8;--c6:#a89400;--c7:#7d858d}
@media (prefers-color-scheme:dark){:root{--back:#101418;--card:#1a2027;--ink:#e6eaee;--soft:#9aa5b1;
--rule:#343d47;--good:#3fcf9a;--bad:#ff8a5c;--c0:#5fb4ee;--c1:#f0ae2e;--c2:#2fc496;--c3:#f57f3d;
--c4:#e29ac4;--c5:#2f83c4;--c6:#f0e442;--c7:#939ca6}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.4rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.4rem 0;overflow-wrap:anywhere}
.verdict{font-size:1.1rem}
.verdict b.good{color:var(--good)}.verdict b.bad{color:var(--bad)}
.note,.when{color:var(--soft);font-size:.9rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;
margin:1.2rem 0}
.cards div{background:var(--card);border-radius:8px;padding:12px 14px;min-width:0}
.cards b{display:block;font-size:1.35rem;line-height:1.3;font-variant-numeric:tabular-nums}
.cards span{color:var(--soft);font-size:.85rem}
.cards div.bad b{color:var(--bad)}
.box{background:var(--card);border-left:4px solid var(--c1);border-radius:4px;padding:8px 14px;
margin:1rem 0}
.box ul{margin:.3rem 0;padding-left:1.2rem}.box li{overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));
gap:20px 28px}
.tables{display:flex;flex-wrap:wrap;gap:12px 56px}.tables>div{min-width:0;max-width:100%}
dl{display:grid;grid-template-columns:minmax(5rem,max-content) minmax(0,1fr);gap:5px 20px;
margin:.4rem 0;font-size:.9rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
figure{margin:0;min-width:0}
figcaption{font-weight:600;font-size:.95rem;margin-bottom:4px;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto}
svg text{font-size:12px;fill:var(--soft)}svg text.label{fill:var(--ink);font-size:12.5px}
.grid{stroke:var(--rule);stroke-width:1}.tick{stroke:var(--soft);stroke-width:1}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round}
.line.thin{stroke-width:1.2}.line.dashed{stroke-dasharray:5 3}
ul.names{list-style:none;margin:4px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:2px 16px;
font-size:.85rem;
color:var(--soft)}
ul.names li{display:flex;align-items:baseline;gap:6px;overflow-wrap:anywhere;min-width:0}
i.key{flex:none;width:14px;height:10px;border-radius:2px}i.key.thin{height:3px;align-self:center}
.bar{display:grid;grid-template-columns:minmax(4rem,10rem) 1fr 5.5rem;gap:10px;align-items:center;
margin:6px 0;font-size:.9rem}
.bar>div{display:flex;height:24px;gap:1px;border-radius:4px;overflow:hidden;background:var(--card)}
.bar>span{overflow-wrap:anywhere}.bar>span:last-child{color:var(--soft);text-align:right}
.bar i{min-width:0}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.4rem 0}
th{font-weight:600;color:var(--soft);border-bottom:1px solid var(--rule)}
th,td{padding:4px 14px 4px 0;text-align:right;white-space:nowrap}
th:first-child,td:first-child,table.text th,table.text td{text-align:left}
table.text td{vertical-align:top}
table.text td:last-child{white-space:normal;min-width:16rem;overflow-wrap:anywhere}
td{border-bottom:1px solid var(--rule)}
details{margin:.8rem 0}summary{cursor:pointer}
pre{background:var(--card);padding:12px;border-radius:6px;overflow-x:auto;font-size:.82rem;
line-height:1.4}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}
.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}
.f0{fill:var(--c0);background:var(--c0)}.f1{fill:var(--c1);background:var(--c1)}
.f2{fill:var(--c2);background:var(--c2)}.f3{fill:var(--c3);background:var(--c3)}
.f4{fill:var(--c4);background:var(--c4)}.f5{fill:var(--c5);background:var(--c5)}
.f6{fill:var(--c6);background:var(--c6)}.f7{fill:var(--c7);background:var(--c7)}
@media (max-width:480px){main{padding:16px 12px 48px}.bar{grid-template-columns:4.5rem 1fr 4.6rem;
gap:6px}
.cards{grid-template-columns:1fr 1fr}}
@media (max-width:600px){table.text,table.text tbody,table.text tr,table.text td{display:block}
table.text{width:100%}table.text thead{display:none}
table.text tr{border-bottom:1px solid var(--rule);padding:6px 0}
table.text td,table.text td:last-child{border:0;padding:1px 0 1px 6.5rem;min-width:0;
white-space:normal;
overflow-wrap:anywhere;text-indent:-6.5rem}
table.text td::before{content:attr(data-label);display:inline-block;width:6.5rem;text-indent:0;
color:var(--soft)}}
@media print{details>pre{display:block}}
)css";

}  // namespace athanor

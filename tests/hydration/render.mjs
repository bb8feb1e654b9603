// Reads stories as JSON from standard input; writes each as a React and a Vue page, and the browser's bundles, to `out`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { buildSync } from "esbuild";
import { createElement } from "react";
import { renderToString as renderReact } from "react-dom/server";
import { createSSRApp } from "vue";
import { renderToString as renderVue } from "vue/server-renderer";
import { Page as ReactPage } from "./react-page.js";
import { Page as VuePage } from "./vue-page.js";

const stories = JSON.parse(readFileSync(0, "utf8"));
mkdirSync("out", { recursive: true });

for (const framework of ["react", "vue"])
  buildSync({
    entryPoints: [`${framework}-client.js`],
    bundle: true,
    minify: true,
    outfile: `out/${framework}-client.js`,
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
  });

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

function whole(framework, root, story, rendered) {
  const path = `/news/${framework}-${story.slug}`;
  const state = JSON.stringify({ story }).replace(/</g, "\\u003c");
  return `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>${escaped(story.title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="og:type" content="article"><link rel="canonical" href="${path}"></head>
<body><div id="${root}">${rendered}</div>
<script>window.__INITIAL_STATE__ = ${state}</script>
<script>window.begun = true;</script>
<script src="http://tags.example/counting.js"></script>
<script src="/assets/${framework}-client.js" defer></script></body></html>
`;
}

for (const story of stories) {
  const react = renderReact(createElement(ReactPage, { story }));
  writeFileSync(`out/react-${story.slug}.html`, whole("react", "root", story, react));
  const vue = await renderVue(createSSRApp(VuePage, { story }));
  writeFileSync(`out/vue-${story.slug}.html`, whole("vue", "app", story, vue));
}

// The article's page as React components; rendered on the server, hydrated in the browser.
import { createElement as h, useEffect, useState } from "react";

function Block({ block }) {
  return h(block.tag, null, block.text);
}

function Likes() {
  const [likes, setLikes] = useState(0);
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return h("button", { id: "likes", "data-ready": String(ready), onClick: () => setLikes(likes + 1) }, `Likes: ${likes}`);
}

export function Page({ story }) {
  return h(
    "div",
    { className: "site" },
    story.skips && h("a", { href: "#main" }, "Skip to the story"),
    h("header", null, h("a", { href: "/" }, "The Skerrow Lantern")),
    h(
      "main",
      { id: "main" },
      h(
        "article",
        null,
        h("h1", null, story.title),
        h("p", { className: "byline" }, story.author),
        h("div", { className: "body" }, story.blocks.map((block, place) => h(Block, { block, key: place }))),
        h(Likes),
      ),
    ),
    h("footer", null, "The Skerrow Lantern"),
  );
}

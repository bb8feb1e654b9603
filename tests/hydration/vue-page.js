// The article's page as a Vue application; rendered on the server, hydrated in the browser.
import { h, onMounted, ref } from "vue";

const Likes = {
  setup() {
    const likes = ref(0);
    const ready = ref(false);
    onMounted(() => (ready.value = true));
    const like = () => likes.value++;
    return () => h("button", { id: "likes", "data-ready": String(ready.value), onClick: like }, `Likes: ${likes.value}`);
  },
};

export const Page = {
  props: ["story"],
  setup({ story }) {
    return () =>
      h("div", { class: "site" }, [
        story.skips ? h("a", { href: "#main" }, "Skip to the story") : null,
        h("header", [h("a", { href: "/" }, "The Skerrow Lantern")]),
        h("main", { id: "main" }, [
          h("article", [
            h("h1", story.title),
            h("p", { class: "byline" }, story.author),
            h("div", { class: "body" }, story.blocks.map((block) => h(block.tag, block.text))),
            h(Likes),
          ]),
        ]),
        h("footer", "The Skerrow Lantern"),
      ]);
  },
};

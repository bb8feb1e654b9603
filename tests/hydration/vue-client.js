import { createSSRApp } from "vue";
import { Page } from "./vue-page.js";

createSSRApp(Page, { story: window.__INITIAL_STATE__.story }).mount("#app");

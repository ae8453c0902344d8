import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Runes everywhere: state is explicit, and the legacy reactivity cannot creep in. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};

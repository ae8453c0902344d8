/** Runs something later; answers a function that prevents it. */
export type Later = (run: () => void, delay_ms: number) => () => void;

/**
 * Stands for `node:process` in what is built: who imports that asks it for all that it has, for which Node loads reports, worker
 * threads and more. That takes 2 to 4 ms of each start.
 */
export default globalThis.process

/** The agent's page, from here down: what is known of one machine's clock, live. */
import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './style/base.css'
import './style/shell.css'
import './style/now.css'
import './style/timeline.css'
import './style/sources.css'
import './style/details.css'
import './style/logs.css'
import './style/machine.css'
import './style/lab.css'
import { connect } from './live.ts'
import { App } from './shell/app.tsx'
import { listenForKeys } from './shell/keys.ts'

connect()
listenForKeys()
render(<App />, document.body)

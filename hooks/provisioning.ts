/** The bundle the post-checkout stub starts. Apart from the gates', so that neither pays for loading the other. */
import { postCheckout } from './post-checkout.ts'

const [name = '', ...args] = process.argv.slice(2)
if (name === 'post-checkout') void postCheckout(args)

/** The gateway put together: the entry point and the configuration as a whole. */
package io.pasar;

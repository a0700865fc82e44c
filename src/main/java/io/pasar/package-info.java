/** The gateway put together: the entry point, and what joins packages that do not know each other. */
package io.pasar;

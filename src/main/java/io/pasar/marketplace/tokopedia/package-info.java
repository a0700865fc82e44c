/** What YAML cannot say about Tokopedia. */
package io.pasar.marketplace.tokopedia;

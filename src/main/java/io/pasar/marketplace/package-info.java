/**
 * What every marketplace offers: {@code direct:<marketplace>-token}, {@code -register} and, where it can be read,
 * {@code -list}, over one canonical body. The packages below hold what YAML cannot say about one marketplace.
 */
package io.pasar.marketplace;

/** Who sells where: accounts, their secrets, and which of them exist. Knows no other package. */
package io.pasar.account;

/// Pull and push: whole images between registries and the store.
package nsbox.transfer;

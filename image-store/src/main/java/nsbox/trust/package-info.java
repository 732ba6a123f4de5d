/// Who may say what an image is: signature policy and signatures.
package nsbox.trust;
